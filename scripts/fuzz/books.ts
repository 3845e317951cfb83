import { query } from "../../tests/support/database";
import { findCredential } from "./credentials";
import type { Cast, Person } from "./people";

/** Where a person's rows are, by the column that says whose they are. */
const ROWS_OF: Record<string, string> = {
  users: "id = $1::uuid",
  sessions: "user_id = $1::uuid",
  accounts: "user_id = $1::uuid",
  api_accounts: "user_id = $1::uuid",
  api_keys: "user_id = $1::uuid",
  replaced_credentials: "key_id IN (SELECT id FROM api_keys WHERE user_id = $1::uuid)",
  credit_entries: "user_id = $1::uuid",
  usage_days: "user_id = $1::uuid",
  usage_events: "user_id = $1::uuid",
  idempotency_records: "caller = 'user:' || $1",
};

const SNAPSHOT = Object.entries(ROWS_OF)
  .map(([table, where]) => `SELECT '${table} ' || t::text AS row FROM ${table} t WHERE ${where}`)
  .join(" UNION ALL ");

/** All that the database holds of somebody, row by row. */
export async function rowsOf({ id }: Person): Promise<string[]> {
  return (await query<{ row: string }>(SNAPSHOT, [id])).map(({ row }) => row).sort();
}

/** Which row is another one now, as a sentence; null when none is. */
export function findChange(before: readonly string[], after: readonly string[]): string | null {
  const [gone, come] = [before.filter((row) => !after.includes(row)), after.filter((row) => !before.includes(row))];
  return gone.length + come.length === 0 ? null : `${shown(gone)} became ${shown(come)}`;
}

function shown(rows: readonly string[]): string {
  return rows.map((row) => row.slice(0, 300)).join(" | ") || "nothing";
}

/** A balance is the sum of its ledger, and the ledger has what was reported. */
const UNEVEN = `
  SELECT users.id::text AS id, credits::text AS balance, ledger.sum::text AS ledger, ledger.usage::text AS charged,
    days.sum::text AS "ofDays", events.sum::text AS "ofEvents"
  FROM users
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0) AS sum, coalesce(-sum(amount) FILTER (WHERE kind = 'usage'), 0) AS usage
    FROM credit_entries WHERE user_id = users.id
  ) ledger
  CROSS JOIN LATERAL (SELECT coalesce(sum(credits), 0) AS sum FROM usage_days WHERE user_id = users.id) days
  CROSS JOIN LATERAL (SELECT coalesce(sum(delta), 0) AS sum FROM usage_events WHERE key_id IN (SELECT id FROM api_keys WHERE user_id = users.id)) events
  WHERE (credits <> ledger.sum OR ledger.usage <> days.sum OR ledger.usage <> events.sum)`;

/** Of these people, or of everybody. Null when every balance is right. */
export async function findUneven(people?: readonly Person[]): Promise<string | null> {
  const rows = people
    ? await query(`${UNEVEN} AND users.id = ANY($1::uuid[])`, [people.map(({ id }) => id)])
    : await query(UNEVEN);
  return rows.length === 0 ? null : JSON.stringify(rows.slice(0, 3));
}

export function castOf({ A, B }: Cast): Person[] {
  return [A, B];
}

const BATCH = 2_000;

/** Where a credential of ours is kept in clear, as a sentence; null when none is. */
export async function findKept(): Promise<string | null> {
  const tables = await query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'jwks'",
  );
  for (const { name } of tables) {
    for (let offset = 0, more = true; more; offset += BATCH) {
      const rows = await query<{ row: string }>(
        `SELECT t::text AS row FROM "${name}" t ORDER BY ctid LIMIT ${BATCH} OFFSET ${offset}`,
      );
      const found = findCredential(rows.map(({ row }) => row).join("\n"));
      if (found) return `${name}: ${found}`;
      more = rows.length === BATCH;
    }
  }
  return null;
}
