import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { CurrentUser } from "@/lib/audit/actors";
import { AppError } from "@/lib/errors";
import { auth } from "./auth";
import { currentUser } from "./callers";
import { returnPath } from "./return-path";
import { extendSession } from "./sessions";

/**
 * Who is signed in on the page being rendered or the action being run, by the session cookie; null for a visitor. Looked
 * up once per request; being used extends a session. Next itself checks the origin of server actions.
 */
export const findUser = cache(async (): Promise<CurrentUser | null> => {
  const sent = await headers();
  const session = await auth().api.getSession({ headers: sent, query: { disableRefresh: true, disableCookieCache: true } });
  if (!session) return null;
  try {
    const user = await currentUser({ headers: sent }, { sessionId: session.session.id, userId: session.user.id });
    await extendSession(session.session);
    return user;
  } catch (error) {
    if (error instanceof AppError && error.status === 401) return null;
    throw error;
  }
});

/** Stops and goes to the sign-in page, which comes back to `path`, when nobody is signed in. */
export async function requireUser(path: string): Promise<CurrentUser> {
  const user = await findUser();
  if (!user) redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return user;
}

/** In an action: comes back to the page whose form was sent, as it was filtered and sorted. */
export async function requireUserOnPage(fallback: string): Promise<CurrentUser> {
  return requireUser(pathOf((await headers()).get("referer")) ?? fallback);
}

function pathOf(referer: string | null): string | null {
  if (!referer || !URL.canParse(referer)) return null;
  const { pathname, search } = new URL(referer);
  return returnPath(pathname + search);
}
