import "server-only";
import { type CredentialFormat, maskCredential } from "@latchkey/rule/credentials";
import { wherePresent } from "@latchkey/rule/sql";
import type { CurrentUser } from "@/lib/audit/actors";
import { db, sql } from "@/lib/database/client";
import { csvLine } from "@/lib/values/csv";
import { dayBefore } from "@/lib/values/days";
import { AppError } from "@/lib/values/errors";
import { listUsageDays, sumTotals, type Totals, toTotals, type UsageDay } from "./days";
import type { UsageSearch } from "./schemas";

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
  const [user, anyDay, paceDays, days, keys] = await Promise.all([
    db().user.findUniqueOrThrow({ where: { id: owner.id }, select: { credits: true } }),
    db().usageDay.findFirst({ where: { userId: owner.id }, select: { day: true } }),
    listUsageDays({ ownerId: owner.id, keyId: null }, now, PACE_DAYS + 1),
    listUsageDays({ ownerId: owner.id, keyId: own?.id ?? null }, now, search.days),
    sumKeys(owner, now, search.days),
  ]);
  const balance = Number(user.credits);
  return {
    balance,
    pace: paceOf(balance, sumTotals(paceDays.slice(0, -1))),
    key: own && toReportKey(own),
    days,
    total: sumTotals(days),
    ...keys,
    isUsed: anyDay !== null,
  };
}

/** The same numbers as text: a line per day and key with calls, and one for each day without. */
export async function exportUsage(owner: CurrentUser, search: UsageSearch): Promise<{ name: string; csv: string }> {
  const now = new Date();
  const own = await findKey(owner, search);
  const rows = await sql<ExportRow>(
    "export-usage",
    `SELECT to_char(p.day, 'YYYY-MM-DD') AS date, ${KEY_COLUMNS}, sum(d.calls) AS calls, sum(d.credits) AS credits
     FROM generate_series($2::timestamp, $3::timestamp, interval '1 day') AS p(day)
     LEFT JOIN usage_days d ON d.user_id = $1 AND d.day = p.day::date AND ($4::int IS NULL OR d.key_id = $4)
     LEFT JOIN api_keys k ON k.id = d.key_id
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, name, 2`,
    [owner.id, dayBefore(now, search.days - 1), dayBefore(now, 0), own?.id ?? null],
  );
  return {
    name: `latchkey-usage-${dayBefore(now, search.days - 1)}-to-${dayBefore(now, 0)}.csv`,
    csv: csvLine(["date", "key", "credential", "calls", "credits"]) + rows.map(exportLine).join(""),
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

type OwnKey = { id: number; uuid: string; name: string; format: CredentialFormat; hint: string };

/** Columns are null for a deleted key, so that all of them group into one. */
type NamedRow = (Omit<OwnKey, "id"> | { uuid: null; name: null; format: null; hint: null }) & { calls: string; credits: string };

const KEY_COLUMNS = ["uuid", "name", "format", "hint"]
  .map((column) => `CASE WHEN ${wherePresent("k")} THEN k.${column} END AS ${column}`)
  .join(", ");

async function findKey(owner: { id: string }, { key: uuid }: UsageSearch): Promise<OwnKey | null> {
  if (uuid === null) return null;
  const key = await db().apiKey.findFirst({
    where: { uuid, userId: owner.id, deletedAt: null },
    select: { id: true, uuid: true, name: true, format: true, hint: true },
  });
  if (!key) throw new AppError("API_KEY_NOT_FOUND");
  return key;
}

function toReportKey({ uuid, name, format, hint }: Omit<OwnKey, "id">): ReportKey {
  return { uuid, name, masked: maskCredential(format, hint) };
}

type KeySums = Pick<UsageReport, "keys" | "otherKeys" | "deletedKeys">;

async function sumKeys(owner: { id: string }, now: Date, count: number): Promise<KeySums> {
  const rows = await sql<NamedRow>(
    "report-keys",
    `SELECT ${KEY_COLUMNS}, sum(d.calls) AS calls, sum(d.credits) AS credits
     FROM (
       SELECT key_id, sum(calls) AS calls, sum(credits) AS credits FROM usage_days
       WHERE user_id = $1 AND day BETWEEN $2::date AND $3::date GROUP BY key_id
     ) d JOIN api_keys k ON k.id = d.key_id
     GROUP BY 1, 2, 3, 4 ORDER BY 6 DESC, 5 DESC, uuid`,
    [owner.id, dayBefore(now, count - 1), dayBefore(now, 0)],
  );
  const keys = rows.flatMap((row) => (row.uuid === null ? [] : [{ ...toReportKey(row), ...toTotals(row) }]));
  const others = keys.slice(MAX_KEYS);
  const deleted = rows.find((row) => row.uuid === null);
  return {
    keys: keys.slice(0, MAX_KEYS),
    otherKeys: others.length > 0 ? { count: others.length, ...sumTotals(others) } : null,
    deletedKeys: deleted ? toTotals(deleted) : null,
  };
}

type ExportRow = { date: string } & (NamedRow | { uuid: null; calls: null });

function exportLine(row: ExportRow): string {
  if (row.calls === null) return csvLine([row.date, "", "", 0, 0]);
  const { calls, credits } = toTotals(row);
  if (row.uuid === null) return csvLine([row.date, "Deleted keys", "", calls, credits]);
  const { name, masked } = toReportKey(row);
  return csvLine([row.date, name, masked, calls, credits]);
}
