import "server-only";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { CurrentAdmin, CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/db";
import { AppError } from "@/lib/errors";
import { actorOf } from "./callers";
import { findUser } from "./page-callers";

const FRESH_MINUTES = 15;

type StaffSession = { user: CurrentUser & { sessionId: string }; isFresh: boolean };

/** Looked up once per request: a demotion or a ban holds from the next one on. */
const findStaffSession = cache(async (): Promise<StaffSession | null> => {
  const user = await findUser();
  if (!user?.sessionId) return null;
  const [row] = await sql<{ is_fresh: boolean }>(
    "staff-session",
    `SELECT s.confirmed_at > now() - interval '${FRESH_MINUTES} minutes' AS is_fresh
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND u.role = 'admin'`,
    [user.sessionId],
  );
  return row ? { user: { ...user, sessionId: user.sessionId }, isFresh: row.is_fresh } : null;
});

/** Whether to show the way to the pages of staff. No guard. */
export async function isAdmin(): Promise<boolean> {
  return (await findStaffSession()) !== null;
}

/** Whether an administrator's password was given recently enough for changes. */
export async function isConfirmed(): Promise<boolean> {
  return (await requireStaffSession()).isFresh;
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
 * @throws AppError NOT_FOUND (not an administrator), CONFIRMATION_REQUIRED
 */
export async function requireFreshAdmin(): Promise<CurrentAdmin> {
  const session = await findStaffSession();
  if (!session) throw new AppError("NOT_FOUND");
  if (!session.isFresh) throw new AppError("CONFIRMATION_REQUIRED");
  return toAdmin(session);
}

/**
 * For the action that makes a session fresh. A form that is waiting for it could not show the 404 page.
 * @throws AppError NOT_FOUND (not an administrator)
 */
export async function requireAdminToConfirm(): Promise<CurrentAdmin> {
  const session = await findStaffSession();
  if (!session) throw new AppError("NOT_FOUND");
  return toAdmin(session);
}

async function requireStaffSession(): Promise<StaffSession> {
  return (await findStaffSession()) ?? notFound();
}

async function toAdmin({ user }: StaffSession): Promise<CurrentAdmin> {
  return { ...user, isAdmin: true, actor: actorOf({ headers: await headers() }, "admin", user.id) };
}
