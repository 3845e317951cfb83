import "server-only";
import { whereExpiring, wherePresent, whereUsable } from "@latchkey/rule/sql";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";
import { listUsageDays, sumTotals, type Totals, type UsageDay } from "@/lib/usage/days";
import { countReplayable } from "@/lib/usage/replayable";
import { CHART_DAYS } from "@/lib/values/days";

const WEEK = 7;
const ASKED = { key: "k", now: "$now::timestamptz" };

export type Overview = {
  users: number;
  lowOnCredits: number;
  activeKeys: number;
  expiringKeys: number;
  /** One entry a UTC day, the last one today. */
  days: UsageDay[];
  total: Totals;
  today: UsageDay;
  /** The whole of the same day last week. */
  lastWeek: UsageDay;
  /** Of the last days, calls whose report could be sent again and would count again. */
  replayable: number;
};

const COUNTS = statement(
  "overview-counts",
  { users: int, low_on_credits: int, active_keys: int, expiring_keys: int },
  `SELECT (SELECT count(*) FROM users) AS users,
     (SELECT count(*) FROM users WHERE low_on_credits) AS low_on_credits,
     (SELECT count(*) FROM api_keys k WHERE ${whereUsable(ASKED)}) AS active_keys,
     (SELECT count(*) FROM api_keys k WHERE ${wherePresent("k")} AND ${whereExpiring(ASKED)}) AS expiring_keys`,
);

/** How the portal is doing. The numbers are those of the lists that they lead to. */
export async function getOverview(_admin: CurrentAdmin): Promise<Overview> {
  const now = new Date();
  const [[counts], days, replayable] = await Promise.all([
    sql(COUNTS, { now }),
    listUsageDays({ ownerId: null, keyId: null }, now, CHART_DAYS),
    countReplayable(),
  ]);
  const none = { date: "", calls: 0, credits: 0 };
  return {
    users: counts?.users ?? 0,
    lowOnCredits: counts?.low_on_credits ?? 0,
    activeKeys: counts?.active_keys ?? 0,
    expiringKeys: counts?.expiring_keys ?? 0,
    days,
    total: sumTotals(days),
    today: days.at(-1) ?? none,
    lastWeek: days.at(-1 - WEEK) ?? none,
    replayable,
  };
}
