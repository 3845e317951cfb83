import "server-only";
import { sql } from "@/lib/database/client";
import { CHART_DAYS, dayBefore, lastDays } from "@/lib/values/days";

export type Totals = { calls: number; credits: number };
export type UsageDay = Totals & { date: string };

/** Whose calls, and of which key: null for everyone's, and for all keys. */
type UsageScope = { ownerId: string | null; keyId: number | null };

/** The last `count` UTC days, today last, from day totals: the cost does not grow with the number of calls. */
export async function listUsageDays({ ownerId, keyId }: UsageScope, now: Date, count: number): Promise<UsageDay[]> {
  const values: unknown[] = [dayBefore(now, count - 1), dayBefore(now, 0)];
  const conditions = ["day BETWEEN $1::date AND $2::date"];
  if (ownerId !== null) conditions.push(`user_id = $${values.push(ownerId)}::uuid`);
  if (keyId !== null) conditions.push(`key_id = $${values.push(keyId)}::int`);
  const rows = await sql<{ date: string; calls: string; credits: string }>(
    `usage-days-${ownerId === null ? "all" : "owner"}-${keyId === null ? "all" : "key"}`,
    `SELECT to_char(day, 'YYYY-MM-DD') AS date, sum(calls) AS calls, sum(credits) AS credits
     FROM usage_days WHERE ${conditions.join(" AND ")} GROUP BY day`,
    values,
  );
  return fillGaps(
    rows.map((row) => ({ date: row.date, ...toTotals(row) })),
    now,
    count,
  );
}

/** Calls of each of these keys in each of the days of a chart, the last one today. */
export async function listDailyCalls(keyIds: number[]): Promise<Map<number, number[]>> {
  const rows = await sql<{ key_id: number; days_ago: number; calls: string }>(
    "daily-calls",
    `SELECT key_id, ((now() AT TIME ZONE 'UTC')::date - day) AS days_ago, calls FROM usage_days
     WHERE key_id = ANY($1::int[]) AND day > (now() AT TIME ZONE 'UTC')::date - ${CHART_DAYS}`,
    [keyIds],
  );
  const byKey = new Map(keyIds.map((id) => [id, Array<number>(CHART_DAYS).fill(0)]));
  for (const { key_id, days_ago, calls } of rows) {
    const days = byKey.get(key_id) ?? [];
    // A report may be a few minutes ahead, and so on tomorrow's day.
    const index = CHART_DAYS - 1 - Math.max(days_ago, 0);
    days[index] = (days[index] ?? 0) + Number(calls);
  }
  return byKey;
}

/** One entry a day up to and including `today`, oldest first, with zeros where nothing was used. */
export function fillGaps(days: UsageDay[], today: Date, count: number): UsageDay[] {
  const known = new Map(days.map((day) => [day.date, day]));
  return lastDays(today, count).map((date) => known.get(date) ?? { date, calls: 0, credits: 0 });
}

/** Sums come from the database as text. */
export function toTotals(row: { calls: string; credits: string }): Totals {
  return { calls: Number(row.calls), credits: Number(row.credits) };
}

export function sumTotals(parts: readonly Totals[]): Totals {
  const none: Totals = { calls: 0, credits: 0 };
  return parts.reduce((all, { calls, credits }) => ({ calls: all.calls + calls, credits: all.credits + credits }), none);
}
