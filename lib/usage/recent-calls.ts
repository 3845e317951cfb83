import "server-only";
import { wherePresent } from "@latchkey/rule/sql";
import { z } from "zod";
import type { CurrentAdmin, CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { int, type RowOf, statement, uuid } from "@/lib/database/statements";

/** Beyond this nobody needs to know how many more there were, and counting them would take long. */
const COUNTED = 100_000;

/** Calls of a key in the last 24 hours; `isMore` where they were not counted to the end. */
export type RecentCalls = { uuid: string; calls: number; isMore: boolean };

export const recentCallsSchema = z.array(z.guid()).max(1000);

const COUNT = { uuid, calls: int };

const COUNT_ANYONES = `
  SELECT k.uuid, recent.calls FROM api_keys k CROSS JOIN LATERAL (
    SELECT count(*) AS calls FROM (
      SELECT 1 FROM usage_events e WHERE e.key_id = k.id AND e.at > now() - interval '24 hours' LIMIT ${COUNTED + 1}
    ) counted
  ) recent
  WHERE k.uuid = ANY($uuids::uuid[]) AND ${wherePresent("k")}`;

const COUNT_OWN = statement("recent-calls", COUNT, `${COUNT_ANYONES} AND k.user_id = $owner`);
const COUNT_ANY = statement("recent-calls-of-any", COUNT, COUNT_ANYONES);

/** Calls of each of the owner's keys in the 24 hours up to now, by the time that the reports name. */
export async function countRecentCalls(owner: CurrentUser, uuids: readonly string[]): Promise<RecentCalls[]> {
  return (await sql(COUNT_OWN, { uuids, owner: owner.id })).map(toRecentCalls);
}

/** The same of anyone's keys, for staff. */
export async function countRecentCallsOfAny(_admin: CurrentAdmin, uuids: readonly string[]): Promise<RecentCalls[]> {
  return (await sql(COUNT_ANY, { uuids })).map(toRecentCalls);
}

function toRecentCalls({ uuid, calls }: RowOf<typeof COUNT>): RecentCalls {
  return { uuid, calls: Math.min(calls, COUNTED), isMore: calls > COUNTED };
}
