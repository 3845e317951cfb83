"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { findUser } from "@/lib/doors/guards";
import { sessionCookieName } from "@/lib/identity/session-cookie";
import { endSession } from "@/lib/identity/sessions";

export async function signOutAction(): Promise<void> {
  const user = await findUser();
  if (user?.sessionId) await endSession(user.actor, { sessionId: user.sessionId, userId: user.id });
  const { name, options } = await sessionCookieName();
  (await cookies()).set(name, "", { ...options, maxAge: 0 });
  redirect("/sign-in");
}
