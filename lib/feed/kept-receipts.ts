import "server-only";
import { sqlChangeOf, sqlNarrows } from "@/lib/audit/receipts";
import { sql } from "@/lib/database/client";
import { statement, text, texts } from "@/lib/database/statements";
import { env } from "@/lib/settings/env";
import { findReceipts } from "./receipts";

/** Changes read at a time, and how often in one run. What is left over is for the next. */
const CHUNK = 500;
const MAX_CHUNKS = 10;

// Whoever confirms late has done so within minutes.
const UNKEPT = statement(
  "entries-without-receipts",
  { change: text, entries: texts, last: text },
  `WITH unkept AS (
     SELECT a.id, ${sqlChangeOf("a")} AS change FROM audit_entries a
     WHERE ${sqlNarrows("a")} AND a.at > now() - interval '3 days' AND a.at < now() - interval '5 minutes'
       AND NOT EXISTS (SELECT FROM audit_receipts r WHERE r.entry_id = a.id))
   SELECT change, array_agg(id::text) AS entries, max(id)::text AS last FROM unkept WHERE change IS NOT NULL
   GROUP BY change HAVING max(id) > $after::bigint ORDER BY max(id) LIMIT ${CHUNK}`,
);

const KEEP = statement(
  "keep-receipts",
  {},
  `INSERT INTO audit_receipts (entry_id, confirmed, bounded, last_ms)
   SELECT unnest($entries::text[])::bigint, $confirmed::int, $bounded::int, $last::int ON CONFLICT DO NOTHING`,
);

/**
 * Notes with the entries of what narrowed how many verifiers had it when it held everywhere: acknowledgements are removed after
 * days, and entries stay. What does not hold everywhere yet is for the next run.
 */
export async function keepReceipts(): Promise<void> {
  if (env().FEED_SIGNING_KEY === undefined) return;
  let after = "0";
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const found = await sql(UNKEPT, { after });
    for (const { change, entries } of found) {
      const { confirmed, bounded, last_ms, dead_everywhere_at } = await findReceipts(change, null);
      if (dead_everywhere_at === null) continue;
      await sql(KEEP, { entries, confirmed: confirmed.length, bounded: bounded.length, last: last_ms ?? 0 });
    }
    after = found.at(-1)?.last ?? after;
    if (found.length < CHUNK) return;
  }
}
