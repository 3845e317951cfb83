import "server-only";
import { maskCredentials } from "@latchkey/rule/credentials";
import { toPlainText } from "@latchkey/rule/plain-text";
import type { CountedRefusalCode } from "@latchkey/rule/verdicts";
import { sql } from "@/lib/database/client";
import { instant, nullable, statement, text, word } from "@/lib/database/statements";
import { reading } from "@/lib/metrics/registry";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { inOneGo } from "./in-one-go";

/** So many are kept of each key, for so long. */
export const KEPT_REFUSALS = 100;
export const REFUSAL_DAYS = 7;
/** Of one key, by one server: whoever hammers a revoked key writes no more than this. */
export const REFUSALS_PER_MINUTE = 10;

const FLUSH_MS = 5_000;
const MINUTE_MS = 60_000;
/** In memory, and so in one statement; and keys that are counted in a minute. What is more is let go. */
const MAX_WAITING = 2_000;
const MAX_KEYS = 10_000;
/** Of the permission that was asked for: the whole of one is no longer than a page wants to show. */
const MAX_ASKED_LENGTH = 100;
const MAX_READ_LENGTH = 1_000;

/** `asked`: the permission that the key does not grant. */
export type Refusal = { at: Date; code: CountedRefusalCode; asked: string | null };
type Waiting = Refusal & { keyId: number };

let waiting: Waiting[] = [];
let minute = { number: 0, byKey: new Map<number, number>() };
const queue = inOneGo(FLUSH_MS, flush);
reading("latchkey_key_refusals_waiting", "Refusals of keys that wait to be written.", () => waiting.length);

/** Notes it in memory: verifying writes nothing. A few seconds later it is written with all others. */
export function noteRefusal(keyId: number, code: CountedRefusalCode, permission: string | null | undefined): void {
  if (waiting.length >= MAX_WAITING || !isWithinMinute(keyId)) return;
  if (waiting.length === 0) queue.begin();
  const asked = code === "INSUFFICIENT_PERMISSIONS" && permission ? shortened(permission) : null;
  waiting.push({ keyId, at: new Date(), code, asked });
}

/** Done when all refusals so far are written, or let go: at most a few seconds. Never rejects. */
export function refusalsAdded(): Promise<void> {
  return queue.done();
}

function isWithinMinute(keyId: number): boolean {
  const number = Math.floor(Date.now() / MINUTE_MS);
  if (minute.number !== number) minute = { number, byKey: new Map() };
  const noted = minute.byKey.get(keyId) ?? 0;
  if (noted >= REFUSALS_PER_MINUTE || (noted === 0 && minute.byKey.size >= MAX_KEYS)) return false;
  minute.byKey.set(keyId, noted + 1);
  return true;
}

function shortened(permission: string): string {
  return toPlainText(maskCredentials(permission.slice(0, MAX_READ_LENGTH)).slice(0, MAX_ASKED_LENGTH));
}

async function flush(): Promise<void> {
  const batch = waiting;
  if (batch.length === 0) return;
  waiting = [];
  await write(batch).catch((error: unknown) => log.warn({ ...causeOf(error), rows: batch.length }, "refusals were not kept"));
}

const ADD = statement(
  "add-refusals",
  {},
  `INSERT INTO key_refusals (key_id, at, code, asked)
   SELECT * FROM unnest($keys::int[], $ats::timestamptz[], $codes::text[], $asked::text[]) AS n(key_id, at, code, asked)`,
);

// Of two servers that find the same rows, one removes them, and the other leaves them to it.
const REMOVE_OLDER = statement(
  "remove-older-refusals",
  {},
  `DELETE FROM key_refusals WHERE id IN (
     SELECT id FROM key_refusals WHERE id IN (
       SELECT id FROM (
         SELECT id, row_number() OVER (PARTITION BY key_id ORDER BY at DESC, id DESC) AS place FROM key_refusals
         WHERE key_id = ANY($keys::int[])) placed
       WHERE place > ${KEPT_REFUSALS})
     ORDER BY id FOR UPDATE SKIP LOCKED)`,
);

async function write(batch: readonly Waiting[]): Promise<void> {
  await sql(ADD, {
    keys: batch.map(({ keyId }) => keyId),
    ats: batch.map(({ at }) => at),
    codes: batch.map(({ code }) => code),
    asked: batch.map(({ asked }) => asked),
  });
  await sql(REMOVE_OLDER, { keys: [...new Set(batch.map(({ keyId }) => keyId))] });
}

const FIND = statement(
  "key-refusals",
  { at: instant, code: word<CountedRefusalCode>(), asked: nullable(text) },
  `SELECT at, code, asked FROM key_refusals WHERE key_id = $key AND at > now() - interval '${REFUSAL_DAYS} days'
   ORDER BY at DESC, id DESC LIMIT ${KEPT_REFUSALS}`,
);

/** Those that are kept, the latest first. */
export async function findRefusals(keyId: number): Promise<Refusal[]> {
  return sql(FIND, { key: keyId });
}
