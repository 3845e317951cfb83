import "server-only";
import { sql } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";

/** How long a reader may be away and go on where it was. */
export const KEPT_HOURS = 48;

const OLD_ENOUGH = `SELECT snapshot, at FROM feed_cuts WHERE at <= now() - interval '${KEPT_HOURS} hours' ORDER BY at DESC LIMIT 1`;

/**
 * Removes changes that were visible two days ago, a chunk at a time, and says so in the same transaction: whoever has not seen
 * all of them finds the cut, or the rows. Not by when they were made: a transaction can end long after. The last mark stays, so
 * that where nothing happens, nothing seems lost.
 */
export const removeOldChanges = (chunk: number) =>
  statement(
    "remove-key_changes",
    { removed: int },
    `WITH cut AS MATERIALIZED (${OLD_ENOUGH}),
     told AS (
       UPDATE feed_state SET cut = cut.snapshot, cut_taken_at = cut.at FROM cut
       WHERE cut_taken_at IS NULL OR cut_taken_at < cut.at),
     past AS (DELETE FROM feed_cuts USING cut WHERE feed_cuts.at < cut.at)
     DELETE FROM key_changes WHERE seq IN (
       SELECT c.seq FROM cut CROSS JOIN LATERAL (
         SELECT seq FROM key_changes
         WHERE xid < pg_snapshot_xmax(cut.snapshot::pg_snapshot) AND pg_visible_in_snapshot(xid, cut.snapshot::pg_snapshot)
           AND seq <> coalesce((SELECT seq FROM key_changes WHERE kind = 'm' ORDER BY seq DESC LIMIT 1), 0)
         ORDER BY xid LIMIT ${chunk} FOR UPDATE SKIP LOCKED) c)
     RETURNING 1 AS removed`,
  );

/** By whichever instance comes first. */
const RECORD = statement(
  "record-feed-cut",
  {},
  `INSERT INTO feed_cuts (snapshot) SELECT pg_current_snapshot()::text
   WHERE NOT EXISTS (SELECT FROM feed_cuts WHERE at > now() - interval '50 minutes') ON CONFLICT DO NOTHING`,
);

/** What is visible now, to be removed when it is old. */
export async function recordCut(): Promise<void> {
  await sql(RECORD, {});
}
