import "server-only";
import { sql } from "@/lib/database/client";
import { statement, text, uuid } from "@/lib/database/statements";

// Not by Prisma: to begin takes it longer than all else that a start does which finds one.
const OLDEST = statement(
  "oldest-admin",
  { id: uuid, email: text },
  "SELECT id, email FROM users WHERE role = 'admin' ORDER BY created_at LIMIT 1",
);

/** The administrator that is the longest here; null where there is none. */
export async function findOldestAdmin(): Promise<{ id: string; email: string } | null> {
  const [row] = await sql(OLDEST, {});
  return row ?? null;
}
