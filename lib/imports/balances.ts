import "server-only";
import { maskedJson } from "@latchkey/rule/masked-json";
import { sql, transaction } from "@/lib/database/client";
import { int, statement, text, uuid } from "@/lib/database/statements";
import { MAX_CREDITS } from "@/lib/ledger/limits";
import { findOwners } from "./owners";
import { type BalanceRecord, balanceSchema } from "./records";
import type { Fields } from "./rows";
import { eachBatch, type ImportRun, recordOf } from "./run";
import type { Place } from "./seen";
import { actingValues, auditEach } from "./user-rows";

type FoundBalance = { place: Place; record: BalanceRecord; isOfUser: boolean };
type BalanceRow = { place: Place; id: string; userId: string; amount: number; reference: string };

const ENTERED = statement(
  "imported-balances",
  { reference: text, amount: int },
  `SELECT g.reference, e.amount FROM unnest($references::text[]) AS g (reference)
   CROSS JOIN LATERAL (SELECT amount FROM credit_entries WHERE kind = 'import' AND reference = g.reference OFFSET 0) e`,
);
const HELD = statement(
  "balances-before-import",
  { id: uuid, credits: int },
  `SELECT g.id, u.credits FROM unnest($users::uuid[]) AS g (id)
   CROSS JOIN LATERAL (SELECT credits FROM users WHERE id = g.id OFFSET 0) u`,
);
// The trigger moves the balance.
const ENTER = statement(
  "import-balances",
  { reference: text },
  `WITH given AS (
     SELECT * FROM unnest($users::uuid[], $amounts::bigint[], $references::text[], $said::text[]) AS g (user_id, amount, reference, said)
   ),
   made AS (
     INSERT INTO credit_entries (user_id, amount, kind, reason, reference) SELECT user_id, amount, 'import', $reason, reference FROM given
     ON CONFLICT (kind, reference) WHERE reference IS NOT NULL DO NOTHING RETURNING reference
   ),
   said AS (SELECT user_id AS target_id, said FROM given JOIN made USING (reference)),
   audited AS (${auditEach("credits.imported", "user", "said")})
   SELECT reference FROM made`,
);

const TOO_MUCH = "Together with the credits that they have here, this would be more than is kept.";
const OTHER_AMOUNT = "Another balance was imported for this person before. It stays.";

export async function importBalances(run: ImportRun): Promise<void> {
  await eachBatch(
    run,
    ["balance", "user"],
    (kind, fields, place) => checkBalance(run, kind === "balance", fields, place),
    (batch) => writeBalances(run, batch),
  );
}

/** A user's row may have the balance as well; what is wrong with it was said where users were read. */
function checkBalance(run: ImportRun, isRow: boolean, fields: Fields, place: Place): FoundBalance | null {
  if (isRow) {
    const record = recordOf(run, "balance", fields, place);
    return record && { place, record, isOfUser: false };
  }
  if (fields.credits === undefined) return null;
  const read = balanceSchema.safeParse({ user_id: fields.id, credits: fields.credits });
  const first = read.success && run.seen.find(`user ${read.data.user_id}`);
  const isRefused = !first || first.file !== place.file || first.line !== place.line;
  return read.success && !isRefused ? { place, record: read.data, isOfUser: true } : null;
}

async function writeBalances(run: ImportRun, batch: FoundBalance[]): Promise<void> {
  const ownerOf = await findOwners(
    run,
    batch.map(({ record }) => record),
  );
  const found = batch.flatMap(({ place, record, isOfUser }) => {
    const owner = ownerOf(record);
    if (owner && isOfUser && record.credits !== 0) run.read.balance += 1;
    if (owner) return [{ place, record, owner, reference: `${run.source}:${owner.formerId}` }];
    if (!isOfUser) run.refuse(place, record.user_id, "Its owner was not imported from this source.");
    return [];
  });
  const entered = await sql(ENTERED, { references: found.map(({ reference }) => reference) });
  const amounts = new Map(entered.map(({ reference, amount }) => [reference, amount]));
  const held = await sql(HELD, { users: found.map(({ owner }) => owner.userId) });
  const credits = new Map(held.map((person) => [person.id, person.credits]));
  const rows = found.flatMap(({ place, record, owner, reference }): BalanceRow[] => {
    const refuse = (reason: string, first?: Place | null) => {
      run.refuse(place, record.user_id ?? owner.formerId, reason, first);
      return [];
    };
    const same = run.seen.note(`balance ${owner.userId}`, place);
    if (same) return refuse("The same person’s balance as another row.", same);
    const before = amounts.get(reference);
    if (before !== undefined && before !== record.credits) return refuse(OTHER_AMOUNT);
    if (before !== undefined) run.counts.balances.there += 1;
    // An entry of nothing is not written.
    if (before !== undefined || record.credits === 0) return [];
    if (Math.abs((credits.get(owner.userId) ?? 0) + record.credits) > MAX_CREDITS) return refuse(TOO_MUCH);
    return [{ place, id: owner.formerId, userId: owner.userId, amount: record.credits, reference }];
  });
  const made = run.isDry ? rows.map(({ reference }) => reference) : await enter(run, rows);
  run.counts.balances.new += made.length;
  const done = new Set(made);
  for (const { place, id, reference } of rows) if (!done.has(reference)) run.refuse(place, id, OTHER_AMOUNT);
}

async function enter(run: ImportRun, rows: BalanceRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  await run.requireTurn();
  const values = {
    ...actingValues(run),
    users: rows.map(({ userId }) => userId),
    amounts: rows.map(({ amount }) => amount),
    references: rows.map(({ reference }) => reference),
    said: rows.map(({ amount, reference }) => maskedJson({ source: run.source, amount, reference })),
    reason: `From ${run.source}`,
  };
  const made = await transaction((ask) => ask(ENTER, values));
  return made.map(({ reference }) => reference);
}
