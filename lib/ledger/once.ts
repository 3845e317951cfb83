import "server-only";
import type { Run } from "@/lib/database/client";
import { instant, int, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";

const ROW = { id: int, user_id: uuid, amount: int, reason: nullable(text), reference: nullable(text), at: instant };

/** An entry that staff's systems made. */
export type LedgerRow = RowOf<typeof ROW>;

const COLUMNS = "id, user_id, amount, reason, reference, at";
const NEXT = statement("next-credit-entry", { id: int }, "SELECT nextval(pg_get_serial_sequence('credit_entries', 'id')) AS id");
const BY_ID = statement("credit-entry", ROW, `SELECT ${COLUMNS} FROM credit_entries WHERE id = $id::bigint`);
const BY_REFERENCE = statement(
  "credit-entry-by-reference",
  ROW,
  `SELECT ${COLUMNS} FROM credit_entries WHERE kind = 'adjustment' AND reference = $reference`,
);
const ENTER = statement(
  "enter-credits-once",
  ROW,
  `INSERT INTO credit_entries (id, user_id, amount, kind, reason, reference)
   VALUES ($id::bigint, $user::uuid, $amount::bigint, 'adjustment', $reason, $reference)
   ON CONFLICT (kind, reference) WHERE reference IS NOT NULL DO NOTHING RETURNING ${COLUMNS}`,
);

/** The id that the next entry will have: it can be noted before there is one. */
export async function nextEntryId(run: Run): Promise<number> {
  const [row] = await run(NEXT, {});
  if (!row) throw new Error("A sequence has no next number.");
  return row.id;
}

export async function findEntry(run: Run, id: string): Promise<LedgerRow | null> {
  const [row] = await run(BY_ID, { id });
  return row ?? null;
}

export async function findReferenced(run: Run, reference: string): Promise<LedgerRow | null> {
  const [row] = await run(BY_REFERENCE, { reference });
  return row ?? null;
}

/** Null where another entry has this reference. */
export async function enterOnce(
  run: Run,
  entry: { id: number; user: string; amount: number; reason: string; reference: string | null },
): Promise<LedgerRow | null> {
  const [row] = await run(ENTER, entry);
  return row ?? null;
}
