import "server-only";
import { type KeyFormat, maskCredential } from "@latchkey/rule/credentials";
import { wherePresent } from "@latchkey/rule/sql";
import type { CurrentUser } from "@/lib/audit/actors";
import { db, sql } from "@/lib/database/client";
import { PRESENT } from "@/lib/database/key-columns";
import { int, nullable, type RowOf, statement, text, uuid, word } from "@/lib/database/statements";
import { csvHeading, csvLine } from "@/lib/values/csv";
import { dayBefore } from "@/lib/values/days";
import { AppError } from "@/lib/values/errors";
import { listUsageDays, SUMS, sumTotals, TOTALS, type Totals, type UsageDay } from "./days";
import type { UsageSearch } from "./schemas";
import { getUncharged, type Uncharged } from "./uncharged";

const PACE_DAYS = 7;
/** More keys than this are told as one sum. */
const MAX_KEYS = 100;

/** How long the balance lasts, from the full UTC days before today. `daysLeft` is null when nothing is spent. */
export type Pace = Totals & { days: number; creditsPerDay: number; daysLeft: number | null };

type ReportKey = { uuid: string; name: string; masked: string };

export type UsageReport = {
  balance: number;
  pace: Pace;
  /** The key that the days are about; null for all keys. */
  key: ReportKey | null;
  /** One entry a UTC day, the last one today. */
  days: UsageDay[];
  total: Totals;
  /** Keys with calls in the period, the most expensive first, whatever key the days are about. */
  keys: (ReportKey & Totals)[];
  otherKeys: (Totals & { count: number }) | null;
  deletedKeys: Totals | null;
  /** What calls cost that was not charged, if that ever happened. */
  uncharged: Uncharged | null;
  /** Whether there was ever a call. */
  isUsed: boolean;
};

/**
 * What an owner's keys were used for in the last days, from day totals: its cost does not grow with the number of calls.
 * @throws AppError API_KEY_NOT_FOUND when the key asked for is not the owner's, or was deleted
 */
export async function getUsageReport(owner: { id: string }, search: UsageSearch): Promise<UsageReport> {
  const now = new Date();
  const own = await findKey(owner, search);
  const [user, anyDay, paceDays, days, keys, uncharged] = await Promise.all([
    db().user.findUniqueOrThrow({ where: { id: owner.id }, select: { credits: true } }),
    db().usageDay.findFirst({ where: { userId: owner.id }, select: { day: true } }),
    listUsageDays({ ownerId: owner.id, keyId: null }, now, PACE_DAYS + 1),
    listUsageDays({ ownerId: owner.id, keyId: own?.id ?? null }, now, search.days),
    sumKeys(owner, now, search.days),
    getUncharged(owner),
  ]);
  const balance = Number(user.credits);
  return {
    balance,
    pace: paceOf(balance, sumTotals(paceDays.slice(0, -1))),
    key: own && toReportKey(own),
    days,
    total: sumTotals(days),
    ...keys,
    uncharged,
    isUsed: anyDay !== null,
  };
}

/** The same numbers as text: a line per day and key with calls, and one for each day without. */
export async function exportUsage(owner: CurrentUser, search: UsageSearch): Promise<{ name: string; csv: string }> {
  const now = new Date();
  const own = await findKey(owner, search);
  const [from, to] = [dayBefore(now, search.days - 1), dayBefore(now, 0)];
  const rows = await sql(EXPORT, { owner: owner.id, from, to, keyId: own?.id ?? null });
  return {
    name: `latchkey-usage-${from}-to-${to}.csv`,
    csv: csvHeading(["date", "key", "credential", "calls", "credits"]) + rows.map(exportLine).join(""),
  };
}

export function paceOf(balance: number, spent: Totals): Pace {
  const creditsPerDay = spent.credits / PACE_DAYS;
  return {
    ...spent,
    days: PACE_DAYS,
    creditsPerDay,
    daysLeft: creditsPerDay > 0 ? Math.max(Math.floor(balance / creditsPerDay), 0) : null,
  };
}

type OwnKey = { id: number; uuid: string; name: string; format: KeyFormat; hint: string };

/** All are null for a deleted key, so that all of them group into one. */
const KEY = {
  uuid: nullable(uuid),
  name: nullable(text),
  format: nullable(word<KeyFormat>("key_format")),
  hint: nullable(text),
};

const KEY_COLUMNS = Object.keys(KEY)
  .map((column) => `CASE WHEN ${wherePresent("k")} THEN k.${column} END AS ${column}`)
  .join(", ");

const REPORT_KEYS = statement(
  "report-keys",
  { ...KEY, ...TOTALS },
  `SELECT ${KEY_COLUMNS}, ${SUMS}
   FROM (
     SELECT key_id, sum(calls) AS calls, sum(credits) AS credits FROM usage_days
     WHERE user_id = $owner AND day BETWEEN $from::date AND $to::date GROUP BY key_id
   ) d JOIN api_keys k ON k.id = d.key_id
   GROUP BY 1, 2, 3, 4 ORDER BY 6 DESC, 5 DESC, uuid`,
);

/** A day without calls has a row of its own, without numbers. */
const EXPORT_COLUMNS = { date: text, ...KEY, calls: nullable(int), credits: nullable(int) };

const EXPORT = statement(
  "export-usage",
  EXPORT_COLUMNS,
  `SELECT to_char(p.day, 'YYYY-MM-DD') AS date, ${KEY_COLUMNS}, ${SUMS}
   FROM generate_series($from::timestamp, $to::timestamp, interval '1 day') AS p(day)
   LEFT JOIN usage_days d ON d.user_id = $owner AND d.day = p.day::date AND ($keyId::int IS NULL OR d.key_id = $keyId)
   LEFT JOIN api_keys k ON k.id = d.key_id
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, name, 2`,
);

async function findKey(owner: { id: string }, { key: uuid }: UsageSearch): Promise<OwnKey | null> {
  if (uuid === null) return null;
  const key = await db().apiKey.findFirst({
    where: { uuid, userId: owner.id, ...PRESENT },
    select: { id: true, uuid: true, name: true, format: true, hint: true },
  });
  if (!key) throw new AppError("API_KEY_NOT_FOUND");
  return key;
}

/** The columns of a key are null together. */
function isPresent(row: RowOf<typeof KEY>): row is Omit<OwnKey, "id"> {
  return row.uuid !== null;
}

function toReportKey({ uuid, name, format, hint }: Omit<OwnKey, "id">): ReportKey {
  return { uuid, name, masked: maskCredential(format, hint) };
}

type KeySums = Pick<UsageReport, "keys" | "otherKeys" | "deletedKeys">;

async function sumKeys(owner: { id: string }, now: Date, count: number): Promise<KeySums> {
  const rows = await sql(REPORT_KEYS, { owner: owner.id, from: dayBefore(now, count - 1), to: dayBefore(now, 0) });
  const keys = rows.flatMap(({ calls, credits, ...row }) => (isPresent(row) ? [{ ...toReportKey(row), calls, credits }] : []));
  const others = keys.slice(MAX_KEYS);
  const deleted = rows.find((row) => !isPresent(row));
  return {
    keys: keys.slice(0, MAX_KEYS),
    otherKeys: others.length > 0 ? { count: others.length, ...sumTotals(others) } : null,
    deletedKeys: deleted ? { calls: deleted.calls, credits: deleted.credits } : null,
  };
}

function exportLine({ date, calls, credits, ...row }: RowOf<typeof EXPORT_COLUMNS>): string {
  if (calls === null || credits === null) return csvLine([date, "", "", 0, 0]);
  if (!isPresent(row)) return csvLine([date, "Deleted keys", "", calls, credits]);
  const { name, masked } = toReportKey(row);
  return csvLine([date, name, masked, calls, credits]);
}
