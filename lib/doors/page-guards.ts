import "server-only";
import { headers } from "next/headers";
import { notFound, redirect, unstable_rethrow } from "next/navigation";
import { cache } from "react";
import type { CurrentAdmin, CurrentUser } from "@/lib/audit/actors";
import { returnPath } from "@/lib/identity/return-path";
import { extendSession } from "@/lib/identity/sessions";
import { AppError, toAppError } from "@/lib/values/errors";
import { withoutBidiControls } from "@/lib/values/isolated";
import { requireForm } from "./form-state";
import { actorOf, toUser } from "./guards";
import { findSessionByCookie, type OpenSession } from "./who-asks";

/** `timeZone`: in which they want to read instants. */
export type PageUser = CurrentUser & { timeZone: string };
type PageSession = OpenSession & { user: PageUser };

/**
 * The session of the page being rendered or the action being run, asked for once per page, so that a ban or a demotion
 * holds from the next one on. Being used extends it. Next itself checks the origin of server actions.
 */
const findPageSession = cache(async (): Promise<PageSession | null> => {
  const sent = await headers();
  const session = await findSessionByCookie(sent);
  if (!session || session.isBanned) return null;
  await extendSession(session);
  return { ...session, user: { ...toUser({ headers: sent }, session), timeZone: session.timeZone } };
});

/** Who is signed in on this page or in this action; null for a visitor. */
export async function findUser(): Promise<PageUser | null> {
  return (await findPageSession())?.user ?? null;
}

/** The same on pages that anybody may see: while nobody can tell who is signed in, they are there as for a visitor. */
export async function findReader(): Promise<PageUser | null> {
  try {
    return await findUser();
  } catch (error) {
    unstable_rethrow(error);
    if (toAppError(error).code === "TEMPORARILY_UNAVAILABLE") return null;
    throw error;
  }
}

/** Stops and goes to the sign-in page, which comes back to `path`, when nobody is signed in. */
export async function requireUser(path: string): Promise<PageUser> {
  const user = await findUser();
  if (!user) redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return user;
}

/**
 * In an action: whoever is signed in, if the form was made for them. A script keeps the page and what was typed; without one,
 * the sign-in page comes, and leads back to the page whose form was sent.
 * @throws AppError NOT_AUTHENTICATED, OTHER_ACCOUNT
 */
export async function requireUserOfForm(form: FormData): Promise<PageUser> {
  const user = await findUser();
  if (user) return requireOwnForm(user, form);
  const sent = await headers();
  if (sent.has("next-action")) throw new AppError("NOT_AUTHENTICATED");
  return requireUser(pathOf(sent.get("referer")) ?? "/keys");
}

/** Another account may have been signed in meanwhile, in another tab. A page of an earlier version does not say whose it is. */
function requireOwnForm<User extends CurrentUser>(user: User, form: FormData): User {
  requireForm(form);
  const account = form.get("account");
  if (account === null || account === user.id) return user;
  const message = `This page was made for another account, so nothing was done. In this browser ${withoutBidiControls(user.email)} is signed in now.`;
  throw new AppError("OTHER_ACCOUNT", { message });
}

/** In which this page writes instants: that of whoever is signed in, or UTC. */
export async function pageTimeZone(): Promise<string> {
  return (await findUser())?.timeZone ?? "UTC";
}

/** Whether to show the way to the pages of staff. No guard. */
export async function isAdmin(): Promise<boolean> {
  return (await findPageSession())?.isAdmin ?? false;
}

/** Whether an administrator's password was given recently enough for changes. */
export async function isConfirmed(): Promise<boolean> {
  return (await findStaffSession())?.isFresh ?? false;
}

/** For actions that look something up while a form is filled in: the 404 page would take the place of what was typed. */
export async function findAdmin(): Promise<CurrentAdmin | null> {
  const session = await findStaffSession();
  return session && toAdmin(session);
}

/** For pages and exports. To everybody else, visitors included, the page does not exist. */
export async function requireAdmin(): Promise<CurrentAdmin> {
  return toAdmin(await requireStaffSession());
}

/**
 * For exports, which are addresses and no actions: an older session goes to a page that asks for the password and comes
 * back to `path`.
 */
export async function requireFreshAdminAt(path: string): Promise<CurrentAdmin> {
  const session = await requireStaffSession();
  if (!session.isFresh) redirect(`/admin/confirm?next=${encodeURIComponent(path)}`);
  return toAdmin(session);
}

/**
 * For actions that change something: the password was given in this session within the last 15 minutes.
 * @throws AppError NOT_AUTHENTICATED, OTHER_ACCOUNT, NOT_FOUND (not an administrator), CONFIRMATION_REQUIRED
 */
export async function requireFreshAdmin(form: FormData): Promise<CurrentAdmin> {
  const session = await requireStaffOfForm(form);
  if (!session.isFresh) throw new AppError("CONFIRMATION_REQUIRED");
  return toAdmin(session);
}

/**
 * For the action that makes a session fresh. A form that is waiting for it could not show the 404 page.
 * @throws AppError NOT_AUTHENTICATED, OTHER_ACCOUNT, NOT_FOUND (not an administrator)
 */
export async function requireAdminToConfirm(form: FormData): Promise<CurrentAdmin> {
  return toAdmin(await requireStaffOfForm(form));
}

async function requireStaffOfForm(form: FormData): Promise<PageSession> {
  await requireUserOfForm(form);
  const session = await findStaffSession();
  if (!session) throw new AppError("NOT_FOUND");
  return session;
}

async function findStaffSession(): Promise<PageSession | null> {
  const session = await findPageSession();
  return session?.isAdmin ? session : null;
}

async function requireStaffSession(): Promise<PageSession> {
  return (await findStaffSession()) ?? notFound();
}

async function toAdmin({ user, sessionId }: PageSession): Promise<CurrentAdmin> {
  return { ...user, sessionId, actor: actorOf({ headers: await headers() }, "admin", user.id) } as CurrentAdmin;
}

/** As returnPath has it, with an origin in front. */
const MAX_REFERER_LENGTH = 10_000;

function pathOf(referer: string | null): string | null {
  if (!referer || referer.length > MAX_REFERER_LENGTH || !URL.canParse(referer)) return null;
  const { pathname, search } = new URL(referer);
  return returnPath(pathname + search);
}
