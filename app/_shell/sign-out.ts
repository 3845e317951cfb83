"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { findUser } from "@/lib/doors/guards";
import { FORMER_SESSION_COOKIES, sessionCookieName } from "@/lib/identity/session-cookie";
import { endSession } from "@/lib/identity/sessions";

export async function signOutAction(): Promise<void> {
  const user = await findUser();
  if (user?.sessionId) await endSession(user.actor, { sessionId: user.sessionId, userId: user.id });
  const { name, options } = await sessionCookieName();
  const store = await cookies();
  for (const kept of [name, ...FORMER_SESSION_COOKIES.filter((former) => store.has(former))])
    store.set(kept, "", { ...options, secure: options.secure || kept.startsWith("__Secure-"), maxAge: 0 });
  redirect("/sign-in");
}
