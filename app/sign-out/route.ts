import { cookies } from "next/headers";
import { findUser } from "@/lib/doors/page-guards";
import { pageRoute } from "@/lib/doors/page-route";
import { FORMER_SESSION_COOKIES, sessionCookieName } from "@/lib/identity/session-cookie";
import { endSession } from "@/lib/identity/sessions";
import { FOREIGN_FORM, isOwnForm } from "@/lib/request/origins";

/**
 * Ends the session and leads to the sign-in page. An address and no action: those change with every build, and from a page of
 * an earlier one people have to get out as well.
 */
export const POST = pageRoute(async (request) => {
  if (!isOwnForm(request.headers)) return new Response(FOREIGN_FORM, { status: 403, headers: { "Cache-Control": "no-store" } });
  const user = await findUser();
  if (user?.sessionId) await endSession(user.actor, { sessionId: user.sessionId, userId: user.id });
  const { name, options } = await sessionCookieName();
  const store = await cookies();
  for (const kept of [name, ...FORMER_SESSION_COOKIES.filter((former) => store.has(former))])
    store.set(kept, "", { ...options, secure: options.secure || kept.startsWith("__Secure-"), maxAge: 0 });
  return new Response(null, { status: 303, headers: { Location: "/sign-in", "Cache-Control": "no-store" } });
}, "You are still signed in.");
