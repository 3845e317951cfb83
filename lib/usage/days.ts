import "server-only";
import { sql } from "@/lib/database/client";
import { int, type RowOf, statement, text } from "@/lib/database/statements";
import { CHART_DAYS, dayBefore, lastDays } from "@/lib/values/days";

export const TOTALS = { calls: int, credits: int };
/** PostgreSQL adds 64-bit integers up to a number without an end. */
export const SUMS = "sum(calls)::bigint AS calls, sum(credits)::bigint AS credits";

export type Totals = RowOf<typeof TOTALS>;
export type UsageDay = Totals & { date: string };

/** Whose calls, and of which key: null for everyone's, and for all keys. */
type UsageScope = { ownerId: string | null; keyId: number | null };

/** The last `count` UTC days, today last, from day totals: the cost does not grow with the number of calls. */
export async function listUsageDays(scope: UsageScope, now: Date, count: number): Promise<UsageDay[]> {
  return fillGaps(await sql(...usageDaysQuery(scope, dayBefore(now, count - 1), dayBefore(now, 0))), now, count);
}

/** Day totals from one UTC day to another, both of them part of it. */
export function usageDaysQuery({ ownerId, keyId }: UsageScope, from: string, to: string) {
  const byOwner = ownerId !== null;
  const byKey = keyId !== null;
  const days = statement(
    `usage-days-${byOwner ? "owner" : "all"}-${byKey ? "key" : "all"}`,
    { date: text, ...TOTALS },
    `SELECT to_char(day, 'YYYY-MM-DD') AS date, ${SUMS} FROM usage_days
     WHERE day BETWEEN $from::date AND $to::date ${byOwner ? "AND user_id = $ownerId::uuid" : ""}
       ${byKey ? "AND key_id = $keyId::int" : ""} GROUP BY day`,
  );
  return [days, { from, to, ...(byOwner && { ownerId }), ...(byKey && { keyId }) }] as const;
}

const DAILY_CALLS = statement(
  "daily-calls",
  { key_id: int, days_ago: int, calls: int },
  `SELECT key_id, ((now() AT TIME ZONE 'UTC')::date - day) AS days_ago, calls FROM usage_days
   WHERE key_id = ANY($keyIds::int[]) AND day > (now() AT TIME ZONE 'UTC')::date - ${CHART_DAYS}`,
);

/** Calls of each of these keys in each of the days of a chart, the last one today. */
export async function listDailyCalls(keyIds: number[]): Promise<Map<number, number[]>> {
  const byKey = new Map(keyIds.map((id) => [id, Array<number>(CHART_DAYS).fill(0)]));
  for (const { key_id, days_ago, calls } of await sql(DAILY_CALLS, { keyIds })) {
    const days = byKey.get(key_id) ?? [];
    // A report may be a few minutes ahead, and so on tomorrow's day.
    const index = CHART_DAYS - 1 - Math.max(days_ago, 0);
    days[index] = (days[index] ?? 0) + calls;
  }
  return byKey;
}

/** One entry a day up to and including `today`, oldest first, with zeros where nothing was used. */
export function fillGaps(days: UsageDay[], today: Date, count: number): UsageDay[] {
  const known = new Map(days.map((day) => [day.date, day]));
  return lastDays(today, count).map((date) => known.get(date) ?? { date, calls: 0, credits: 0 });
}

export function sumTotals(parts: readonly Totals[]): Totals {
  const none: Totals = { calls: 0, credits: 0 };
  return parts.reduce((all, { calls, credits }) => ({ calls: all.calls + calls, credits: all.credits + credits }), none);
}
