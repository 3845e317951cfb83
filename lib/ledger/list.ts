import "server-only";
import { maskCredentials } from "@latchkey/rule/credentials";
import { z } from "zod";
import { sql } from "@/lib/database/client";
import { instant, int, nullable, type RowOf, statement, text, word } from "@/lib/database/statements";

export const LEDGER_PAGE_SIZE = 20;
/** So many entries are looked at for the balances of a page: those of somebody with very many calls are told as far as that goes. */
const MAX_SUMMED = 100_000;

export type LedgerEntry = {
  id: string;
  at: Date;
  kind: "signup" | "adjustment" | "import";
  amount: number;
  /** As staff wrote it. */
  reason: string | null;
  /** After it; null where that was too long ago. */
  balance: number | null;
  /** What calls cost between the entry before it and this one; null where that is not known. */
  spent: number | null;
};

/** The newest first. `spent`: what calls cost since the newest entry of all; null on later pages. `older`: where the next page begins. */
export type LedgerPage = { entries: LedgerEntry[]; spent: number | null; older: string | null };

/** The id of the last entry of the page before, in an address. What is none counts as not there. */
export const ledgerPlaceSchema = z
  .string()
  .regex(/^[1-9]\d{0,17}$/)
  .nullable()
  .catch(null);

const ROW = {
  id: text,
  at: instant,
  kind: word<LedgerEntry["kind"]>("credit_kind"),
  amount: int,
  reason: nullable(text),
  credits: int,
  balance: nullable(int),
};

// Balances are counted back from the one that the person has: whatever came since is taken away again.
const LIST = statement(
  "list-ledger",
  ROW,
  `WITH given AS MATERIALIZED (
     SELECT id, at, kind, amount, reason FROM credit_entries
     WHERE user_id = $owner::uuid AND kind <> 'usage' AND id < coalesce($before::bigint, 9223372036854775807)
     ORDER BY id DESC LIMIT ${LEDGER_PAGE_SIZE + 1}
   ),
   moved AS (
     SELECT id, sum(amount) OVER (ORDER BY id DESC) AS sum FROM (
       SELECT id, amount FROM credit_entries WHERE user_id = $owner AND id >= (SELECT min(id) FROM given)
       ORDER BY id DESC LIMIT ${MAX_SUMMED}
     ) latest
   )
   SELECT g.id::text, g.at, g.kind, g.amount, g.reason, u.credits, (u.credits - m.sum + g.amount)::bigint AS balance
   FROM given g JOIN users u ON u.id = $owner LEFT JOIN moved m ON m.id = g.id ORDER BY g.id DESC`,
);

/** What was added to somebody's balance and taken from it other than by calls, and what calls cost in between: it adds up. */
export async function listLedger(owner: { id: string }, before: string | null): Promise<LedgerPage> {
  const rows = await sql(LIST, { owner: owner.id, before });
  const entries = rows.slice(0, LEDGER_PAGE_SIZE).map((row, place) => toEntry(row, rows[place + 1]));
  const [newest] = rows;
  return {
    entries,
    spent: before === null && newest && newest.balance !== null ? newest.balance - newest.credits : null,
    older: rows.length > LEDGER_PAGE_SIZE ? (entries.at(-1)?.id ?? null) : null,
  };
}

/** `former`: the entry before it; before the first there was nothing. */
function toEntry({ credits: _, ...row }: RowOf<typeof ROW>, former: RowOf<typeof ROW> | undefined): LedgerEntry {
  const { amount, balance } = row;
  const start = former ? former.balance : 0;
  const spent = start === null || balance === null ? null : start + amount - balance;
  return { ...row, reason: row.reason && maskCredentials(row.reason), spent };
}
