import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { SYSTEM_ACTOR } from "../lib/audit/actors";
import { findOldestAdmin } from "../lib/users/oldest-admin";
import { AppError } from "../lib/values/errors";
import { Failure } from "./failure";
import { keptSecret } from "./kept-secret";

const EMAIL = "admin@latchkey.local";
const PASSWORD = "FIRST_ADMIN_PASSWORD";

export type FirstAdmin = { id: string; email: string; password: string | null };

/**
 * The oldest administrator; made when there is none. The password is kept in a file until `forgetPassword`, so that a
 * start that ends before it was shown leaves nobody locked out.
 */
export async function ensureFirstAdmin(dataDirectory: string): Promise<FirstAdmin> {
  const file = passwordFile(dataDirectory);
  const existing = await findOldestAdmin();
  if (existing) return { ...existing, password: fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : null };

  const password = keptSecret(path.dirname(file), PASSWORD, () => randomBytes(15).toString("base64url"));
  // What making one needs, most starts do not.
  const { registerUser } = await import("../lib/identity/accounts");
  const input = { email: EMAIL, password, first_name: "Portal", last_name: "Administrator" };
  try {
    const { id, email } = await registerUser(SYSTEM_ACTOR, input, { role: "admin", emailVerified: true });
    return { id, email, password };
  } catch (error) {
    if (!(error instanceof AppError && error.code === "EMAIL_TAKEN")) throw error;
    // Another machine on the same database was quicker, and shows its password.
    fs.rmSync(file, { force: true });
    const other = await findOldestAdmin();
    if (!other)
      throw new Failure(`There is no administrator, and ${EMAIL} belongs to somebody else. Make a user "admin" by SQL.`);
    return { ...other, password: null };
  }
}

/** To be called once the password was shown. */
export function forgetPassword(dataDirectory: string): void {
  fs.rmSync(passwordFile(dataDirectory), { force: true });
}

function passwordFile(dataDirectory: string): string {
  return path.join(dataDirectory, "secrets", PASSWORD);
}
