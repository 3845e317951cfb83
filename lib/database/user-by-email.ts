import "server-only";
import { isPlainText } from "@latchkey/rule/plain-text";
import { emailInOneForm } from "@/lib/values/email";
import { MAX_EMAIL_LENGTH } from "@/lib/values/lengths";
import { sql } from "./client";
import { statement, uuid } from "./statements";

const BY_EMAIL = statement("user-id-by-email", { id: uuid }, "SELECT id FROM users WHERE email = $email");

/** Whoever has an address, as it was typed; null where nobody has it. */
export async function findIdByEmail(typed: string): Promise<string | null> {
  const email = emailInOneForm(typed);
  // What the database could not hold is nobody's.
  if (email.length > MAX_EMAIL_LENGTH || !isPlainText(email)) return null;
  const [row] = await sql(BY_EMAIL, { email });
  return row?.id ?? null;
}
