import "server-only";
import type { CountedRefusalCode, ValidityCode } from "@latchkey/rule/verdicts";
import { sql } from "@/lib/database/client";
import { int, statement, text, word } from "@/lib/database/statements";
import { reading } from "@/lib/metrics/registry";
import { log } from "@/lib/settings/log";
import { DAY_MS, lastDays } from "@/lib/values/days";
import { causeOf } from "@/lib/values/errors";
import { inOneGo } from "./in-one-go";

type Refusal = { code: CountedRefusalCode; count: number };

type OutcomeDay = { date: string; valid: number; refused: number; refusals: Partial<Record<CountedRefusalCode, number>> };

/** What verifications of a key answered: by day (UTC, up to today, the oldest first), and in all by reason, the commonest first. */
export type Outcomes = { days: OutcomeDay[]; valid: number; refusals: Refusal[] };

type Count = { keyId: number; day: Date; code: ValidityCode; count: number };

/** Counts that wait to be written together. */
type Batch = { counts: Map<string, Count>; queue: ReturnType<typeof inOneGo> };

function newBatch(waitMs: number): Batch {
  const batch: Batch = { counts: new Map(), queue: inOneGo(waitMs, () => flush(batch)) };
  return batch;
}
const usual = newBatch(5_000);
/** What somebody may be waiting to see. */
const firsts = newBatch(100);

reading(
  "latchkey_verification_counts_waiting",
  "Rows of verification counts that wait to be written.",
  () => usual.counts.size + firsts.counts.size,
);

const MAX_SEEN = 10_000;
let seen = new Set<string>();

/** Whether this is the first that this process sees of a key with this answer. Where it has forgotten, once more. */
function isFirstSight(sight: string): boolean {
  if (seen.has(sight)) return false;
  if (seen.size >= MAX_SEEN) seen = new Set();
  seen.add(sight);
  return true;
}

/**
 * Counts what a verification answered, in memory: verifying itself writes nothing. A few seconds later the counts of all
 * keys are added to the day's totals in one statement. They are statistics and no money: a process that is killed takes
 * the last seconds of them with it, and counts that could not be written are let go. Of a key of which no call was ever
 * reported, the first with each answer is added at once: its owner may be waiting for it.
 */
export function countVerification(keyId: number, code: ValidityCode, isUnused: boolean): void {
  const day = Math.floor(Date.now() / DAY_MS);
  const batch = isUnused && isFirstSight(`${keyId} ${code}`) ? firsts : usual;
  const id = `${keyId} ${day} ${code}`;
  const known = batch.counts.get(id);
  if (known) {
    known.count += 1;
    return;
  }
  if (batch.counts.size === 0) batch.queue.begin();
  batch.counts.set(id, { keyId, day: new Date(day * DAY_MS), code, count: 1 });
}

/** Done when everything counted so far is added, or let go: at most a few seconds. Never rejects. */
export async function verificationsAdded(): Promise<void> {
  await Promise.all([usual.queue.done(), firsts.queue.done()]);
}

async function flush(batch: Batch): Promise<void> {
  const counts = [...batch.counts.values()];
  if (counts.length === 0) return;
  batch.counts = new Map();
  await add(counts).catch((error: unknown) =>
    log.warn({ ...causeOf(error), rows: counts.length }, "verifications were not counted"),
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

export type CountedCode = "VALID" | CountedRefusalCode;

const FIND_FIRST = statement(
  "first-verdict",
  { code: word<CountedCode>() },
  "SELECT code FROM verification_days WHERE key_id = $key ORDER BY (code = 'VALID') DESC, day DESC, count DESC LIMIT 1",
);

/** VALID once a key was let in; until then why it was refused, on the last day that it was; null when nobody asked about it. */
export async function findFirstVerdict(keyId: number): Promise<CountedCode | null> {
  const [row] = await sql(FIND_FIRST, { key: keyId });
  return row?.code ?? null;
}

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
