import "server-only";
import { sql } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";

export const REPLAYABLE_DAYS = 7;

const COUNT = statement(
  "replayable-usage",
  { calls: int },
  `SELECT coalesce(sum(replayable), 0)::bigint AS calls FROM usage_days
   WHERE day > (now() AT TIME ZONE 'UTC')::date - ${REPLAYABLE_DAYS}`,
);

/**
 * Calls of the last days whose report could be sent again under another id, and would count again: signed in the first form,
 * and without a time or without a request's id in its body.
 */
export async function countReplayable(): Promise<number> {
  const [row] = await sql(COUNT, {});
  return row?.calls ?? 0;
}
