import "server-only";
import { type KeyLife, keyStatus } from "@latchkey/rule/status";
import { db, sql } from "@/lib/database/db";
import { lastDays } from "@/lib/values/days";

const DAYS = 30;

export type UsageDay = { date: string; calls: number; credits: number };

export type UsageStatistics = {
  keys: { total: number; active: number };
  calls: number;
  accountCreated: Date;
  credits: number;
  daily: UsageDay[];
};

type KeyRow = KeyLife & { totalUses: bigint };

/** What a user's keys were used for, from day totals (UTC days): its cost does not grow with the number of calls. */
export async function getUsageStatistics(owner: { id: string }): Promise<UsageStatistics> {
  const now = new Date();
  const [user, keys, daily] = await Promise.all([
    db().user.findUniqueOrThrow({ where: { id: owner.id }, select: { createdAt: true, credits: true } }),
    db().apiKey.findMany({
      where: { userId: owner.id },
      select: { expiresAt: true, revokedAt: true, deletedAt: true, totalUses: true },
    }),
    sql<{ date: string; calls: string; credits: string }>(
      "usage-daily",
      `SELECT to_char(day, 'YYYY-MM-DD') AS date, sum(calls) AS calls, sum(credits) AS credits
       FROM usage_days WHERE user_id = $1 AND day > (now() AT TIME ZONE 'UTC')::date - $2::int GROUP BY day`,
      [owner.id, DAYS],
    ),
  ]);
  const days = daily.map((day) => ({ date: day.date, calls: Number(day.calls), credits: Number(day.credits) }));
  return {
    ...countKeys(keys, now),
    accountCreated: user.createdAt,
    credits: Number(user.credits),
    daily: fillGaps(days, now, DAYS),
  };
}

/** Deleted keys are no longer counted, but the calls they made are. */
function countKeys(keys: KeyRow[], now: Date): Pick<UsageStatistics, "keys" | "calls"> {
  const present = keys.filter((key) => !key.deletedAt);
  return {
    keys: { total: present.length, active: present.filter((key) => keyStatus(key, now) === "active").length },
    calls: Number(keys.reduce((sum, key) => sum + key.totalUses, 0n)),
  };
}

/** One entry a day up to and including `today`, oldest first, with zeros where nothing was used. */
export function fillGaps(days: UsageDay[], today: Date, count: number): UsageDay[] {
  const known = new Map(days.map((day) => [day.date, day]));
  return lastDays(today, count).map((date) => known.get(date) ?? { date, calls: 0, credits: 0 });
}
