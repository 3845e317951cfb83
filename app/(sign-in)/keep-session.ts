import { cookies } from "next/headers";
import { rememberedBrowser } from "@/lib/identity/attempts";
import { sessionCookie } from "@/lib/identity/session-cookie";
import { findVisitor } from "./visitor";

/** Signs this browser in. */
export async function keepSession(sessionId: string): Promise<void> {
  const { name, value, options, userId } = await sessionCookie(sessionId);
  (await cookies()).set(name, value, options);
  await rememberVisitor(userId);
}

/** Makes this browser known to the account of somebody who has just shown that it is theirs. */
export async function rememberVisitor(userId: string): Promise<void> {
  const { name, value, options } = rememberedBrowser(await findVisitor(), userId);
  (await cookies()).set(name, value, options);
}
