import "server-only";
import type { CountedRefusalCode, ValidityCode } from "@latchkey/rule/verdicts";
import { sql } from "@/lib/database/client";
import { int, statement, text, word } from "@/lib/database/statements";
import { reading } from "@/lib/metrics/registry";
import { beforeStop } from "@/lib/server/stop";
import { log } from "@/lib/settings/log";
import { DAY_MS, lastDays } from "@/lib/values/days";
import { causeOf } from "@/lib/values/errors";

type Refusal = { code: CountedRefusalCode; count: number };

type OutcomeDay = { date: string; valid: number; refused: number; refusals: Partial<Record<CountedRefusalCode, number>> };

/** What verifications of a key answered: by day (UTC, up to today, the oldest first), and in all by reason, the commonest first. */
export type Outcomes = { days: OutcomeDay[]; valid: number; refusals: Refusal[] };

const FLUSH_MS = 5_000;

type Count = { keyId: number; day: Date; code: ValidityCode; count: number };

let counts = new Map<string, Count>();
let adding: Promise<void> = Promise.resolve();
beforeStop(flush);
reading("latchkey_verification_counts_waiting", "Rows of verification counts that wait to be written.", () => counts.size);

/**
 * Counts what a verification answered, in memory: verifying itself writes nothing. A few seconds later the counts of all
 * keys are added to the day's totals in one statement. They are statistics and no money: a process that is killed takes
 * the last seconds of them with it, and counts that could not be written are let go.
 */
export function countVerification(keyId: number, code: ValidityCode): void {
  const day = Math.floor(Date.now() / DAY_MS);
  const id = `${keyId} ${day} ${code}`;
  const known = counts.get(id);
  if (known) {
    known.count += 1;
    return;
  }
  if (counts.size === 0) adding = new Promise((resolve) => setTimeout(() => resolve(flush()), FLUSH_MS).unref());
  counts.set(id, { keyId, day: new Date(day * DAY_MS), code, count: 1 });
}

/** Done when everything counted so far is added, or let go: at most a few seconds. Never rejects. */
export function verificationsAdded(): Promise<void> {
  return adding;
}

async function flush(): Promise<void> {
  const batch = [...counts.values()];
  if (batch.length === 0) return;
  counts = new Map();
  await add(batch).catch((error: unknown) =>
    log.warn({ ...causeOf(error), rows: batch.length }, "verifications were not counted"),
  );
}

// In one order, so that two servers that add at once wait for each other instead of deadlocking.
const ADD = statement(
  "add-verifications",
  {},
  `INSERT INTO verification_days (key_id, day, code, count)
   SELECT * FROM unnest($keys::int[], $days::date[], $codes::text[], $counts::bigint[]) AS n(key_id, day, code, count) ORDER BY 1, 2, 3
   ON CONFLICT (key_id, day, code) DO UPDATE SET count = verification_days.count + excluded.count`,
);

async function add(batch: readonly Count[]): Promise<void> {
  await sql(ADD, {
    keys: batch.map(({ keyId }) => keyId),
    days: batch.map(({ day }) => day.toISOString().slice(0, 10)),
    codes: batch.map(({ code }) => code),
    counts: batch.map(({ count }) => count),
  });
}

type CountedCode = "VALID" | CountedRefusalCode;

const FIND_DAYS = statement(
  "verification-days",
  { date: text, code: word<CountedCode>(), count: int },
  `SELECT to_char(day, 'YYYY-MM-DD') AS date, code, count FROM verification_days
   WHERE key_id = $key AND day > (now() AT TIME ZONE 'UTC')::date - $days::int`,
);

/** The last `dayCount` days. */
export async function findOutcomes(keyId: number, now: Date, dayCount: number): Promise<Outcomes> {
  const rows = await sql(FIND_DAYS, { key: keyId, days: dayCount });
  const days = new Map(
    lastDays(now, dayCount).map((date): [string, OutcomeDay] => [date, { date, valid: 0, refused: 0, refusals: {} }]),
  );
  const byCode = new Map<CountedCode, number>();
  for (const { date, code, count } of rows) {
    const day = days.get(date);
    if (day) addTo(day, code, count);
    byCode.set(code, (byCode.get(code) ?? 0) + count);
  }
  const refusals = [...byCode].flatMap(([code, count]) => (code === "VALID" ? [] : [{ code, count }]));
  return {
    days: [...days.values()],
    valid: byCode.get("VALID") ?? 0,
    refusals: refusals.sort((left, right) => right.count - left.count),
  };
}

function addTo(day: OutcomeDay, code: CountedCode, count: number): void {
  if (code === "VALID") {
    day.valid += count;
    return;
  }
  day.refused += count;
  day.refusals[code] = (day.refusals[code] ?? 0) + count;
}
