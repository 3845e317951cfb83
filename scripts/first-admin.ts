import { randomBytes } from "node:crypto";
import { SYSTEM_ACTOR } from "../lib/audit";
import { db } from "../lib/db";
import { registerUser } from "../lib/identity/accounts";

const EMAIL = "admin@latchkey.local";

export type FirstAdmin = { id: string; email: string; password: string | null };

/** The oldest administrator; made, with a password that is returned this once, when there is none. */
export async function ensureFirstAdmin(): Promise<FirstAdmin> {
  const existing = await db().user.findFirst({
    where: { role: "admin" },
    orderBy: { createdAt: "asc" },
    select: { id: true, email: true },
  });
  if (existing) return { ...existing, password: null };
  const password = randomBytes(15).toString("base64url");
  const input = { email: EMAIL, password, first_name: "Portal", last_name: "Administrator" };
  const { id, email } = await registerUser(SYSTEM_ACTOR, input, { role: "admin", emailVerified: true });
  return { id, email, password };
}
