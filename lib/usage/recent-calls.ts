import "server-only";
import { wherePresent } from "@latchkey/rule/sql";
import { z } from "zod";
import type { CurrentAdmin, CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";

/** Beyond this nobody needs to know how many more there were, and counting them would take long. */
const COUNTED = 100_000;

/** Calls of a key in the last 24 hours; `isMore` where they were not counted to the end. */
export type RecentCalls = { uuid: string; calls: number; isMore: boolean };

export const recentCallsSchema = z.array(z.guid()).max(1000);

/** Calls of each of the owner's keys in the 24 hours up to now, by the time that the reports name. */
export async function countRecentCalls(owner: CurrentUser, uuids: readonly string[]): Promise<RecentCalls[]> {
  return readCounts("recent-calls", "AND k.user_id = $2", [uuids, owner.id]);
}

/** The same of anyone's keys, for staff. */
export async function countRecentCallsOfAny(_admin: CurrentAdmin, uuids: readonly string[]): Promise<RecentCalls[]> {
  return readCounts("recent-calls-of-any", "", [uuids]);
}

async function readCounts(name: string, condition: string, values: unknown[]): Promise<RecentCalls[]> {
  const rows = await sql<{ uuid: string; calls: string }>(
    name,
    `SELECT k.uuid, recent.calls FROM api_keys k CROSS JOIN LATERAL (
       SELECT count(*) AS calls FROM (
         SELECT 1 FROM usage_events e WHERE e.key_id = k.id AND e.at > now() - interval '24 hours' LIMIT ${COUNTED + 1}
       ) counted
     ) recent
     WHERE k.uuid = ANY($1::uuid[]) AND ${wherePresent("k")} ${condition}`,
    values,
  );
  return rows.map(({ uuid, calls }) => ({ uuid, calls: Math.min(Number(calls), COUNTED), isMore: Number(calls) > COUNTED }));
}
