import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { AppError } from "@/lib/errors";
import { auth } from "./auth";
import { type CurrentUser, currentUser } from "./callers";

/**
 * Who is signed in on the page being rendered or the action being run, by the session cookie; null for a visitor. Looked
 * up once per request. Next itself checks the origin of server actions.
 */
export const findUser = cache(async (): Promise<CurrentUser | null> => {
  const sent = await headers();
  const session = await auth().api.getSession({ headers: sent, query: { disableRefresh: true, disableCookieCache: true } });
  if (!session) return null;
  try {
    return await currentUser({ headers: sent }, { sessionId: session.session.id, userId: session.user.id });
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
