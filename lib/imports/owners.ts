import "server-only";
import { sql } from "@/lib/database/client";
import { statement, text, uuid } from "@/lib/database/statements";
import type { ImportRun, Owner } from "./run";

/** Whom a row of a key or of a balance names. */
export type Named = { user_id?: string | undefined; email?: string | undefined };

const BY_FORMER_ID = statement(
  "owners-by-former-id",
  { id: text, user_id: uuid },
  `SELECT g.id, f.user_id FROM unnest($ids::text[]) AS g (id)
   CROSS JOIN LATERAL (SELECT user_id FROM former_ids WHERE source = $source AND id = g.id OFFSET 0) f`,
);
const BY_EMAIL = statement(
  "owners-by-email",
  { email: text, user_id: uuid, id: text },
  `SELECT g.email, u.id AS user_id, f.id FROM unnest($emails::text[]) AS g (email)
   CROSS JOIN LATERAL (SELECT id FROM users WHERE email = g.email OFFSET 0) u
   CROSS JOIN LATERAL (SELECT id FROM former_ids WHERE user_id = u.id AND source = $source ORDER BY added_at, id LIMIT 1) f`,
);

/** Who was imported from the run's source: answers a function that finds one of them by what a row says. */
export async function findOwners(run: ImportRun, rows: readonly Named[]): Promise<(row: Named) => Owner | null> {
  const ids = [...new Set(rows.flatMap((row) => row.user_id ?? []))];
  const emails = [...new Set(rows.flatMap((row) => (row.user_id === undefined ? (row.email ?? []) : [])))];
  const { source } = run;
  const found = new Map<string, Owner>();
  const keep = (key: string, userId: string, formerId: string) => found.set(key, { userId, formerId });
  if (ids.length > 0) for (const row of await sql(BY_FORMER_ID, { source, ids })) keep(`id ${row.id}`, row.user_id, row.id);
  if (emails.length > 0)
    for (const row of await sql(BY_EMAIL, { source, emails })) keep(`email ${row.email}`, row.user_id, row.id);
  return (row) => {
    const key = row.user_id === undefined ? `email ${row.email}` : `id ${row.user_id}`;
    return found.get(key) ?? acceptedOwner(run, key);
  };
}

function acceptedOwner({ accepted }: ImportRun, key: string): Owner | null {
  const [userId, formerId] = accepted.find(key) ?? [];
  return userId !== undefined && formerId !== undefined ? { userId, formerId } : null;
}
