import { cookies } from "next/headers";
import { sessionCookie } from "@/lib/identity/session-cookie";

/** Signs this browser in. */
export async function keepSession(sessionId: string): Promise<void> {
  const { name, value, options } = await sessionCookie(sessionId);
  (await cookies()).set(name, value, options);
}
