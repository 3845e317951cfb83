import "server-only";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { hashPassword as hashOwn } from "better-auth/crypto";
import { sql } from "@/lib/database/client";
import { statement, text } from "@/lib/database/statements";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { type DescribedHash, describeHash, HASH_FORMS } from "./foreign-hashes";

/** How much longer than alone a check may take beside others, before its failure waits as long once more. */
const ROOM = 2;
const LONGEST_MS = 10_000;
const LOOK_AGAIN_MS = 5_000;
const TIMES = 3;

export type Clock = { now(): number; wait(milliseconds: number): Promise<unknown> };
/** `find`: the costliest hash of each form that another product made and somebody has. `measure`: milliseconds; null for ours. */
type Parts = {
  find(): Promise<DescribedHash[]>;
  measure(hash: DescribedHash | null): Promise<number>;
  clock?: Clock;
};

// Some of a form may be costlier than any that is checked at all.
const COSTLIEST = statement(
  "costliest-foreign-hashes",
  { password: text },
  `SELECT costliest.password FROM unnest($forms::text[]) AS form CROSS JOIN LATERAL (
     SELECT password FROM accounts
     WHERE hash_cost(password) COLLATE "C" >= form || ':' AND hash_cost(password) COLLATE "C" < form || ';'
     ORDER BY hash_cost(password) COLLATE "C" DESC LIMIT 10
   ) costliest`,
);

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyFailureTime?: ReturnType<typeof openFailureTime> };

/**
 * When a wrong password is answered. Where there are hashes that other products made, that is at a fixed time after it came,
 * for all alike: it says neither whether there is such an account nor how its password is kept.
 */
export function failureTime() {
  holder.latchkeyFailureTime ??= openFailureTime({ find: findCostliest, measure: measureHash });
  return holder.latchkeyFailureTime;
}

const CLOCK: Clock = { now: () => performance.now(), wait: (milliseconds) => setTimeout(milliseconds) };

export function openFailureTime({ find, measure, clock = CLOCK }: Parts) {
  const measured = new Map<string, number>();
  let step = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  const timeOf = async (hash: DescribedHash | null) => {
    const name = hash ? `${hash.form} ${hash.work}` : "own";
    const time = measured.get(name) ?? (await measure(hash));
    measured.set(name, time);
    return time;
  };
  const look = async () => {
    const present = await find();
    const times: number[] = [];
    // One after the other: what is measured is how long each takes alone.
    for (const hash of present.length > 0 ? [null, ...present] : []) times.push(await timeOf(hash));
    step = Math.min(ROOM * Math.max(0, ...times), LONGEST_MS);
  };
  const lookAgain = async () => {
    if (looking) return looking;
    if (clock.now() - lookedAt < LOOK_AGAIN_MS) return;
    looking = look()
      .catch((error: unknown) => log.error(causeOf(error), "what passwords of other products cost could not be measured"))
      .finally(() => {
        lookedAt = clock.now();
        looking = null;
      });
    return looking;
  };

  return {
    /** Measures what there is, so that the first failure need not wait for it. */
    prepare: lookAgain,
    /** To be called when a password has come; what it answers, before its failure is. */
    begin() {
      const from = clock.now();
      return async () => {
        await lookAgain();
        const rest = restOf(clock.now() - from, step);
        if (rest > 0) await clock.wait(rest);
      };
    },
  };
}

/** Until the next full step. */
function restOf(elapsed: number, step: number): number {
  return step === 0 ? 0 : step - (elapsed % step);
}

/** Of each form, what costs the most of all that may be checked. */
export async function findCostliest(): Promise<DescribedHash[]> {
  const costliest = new Map<string, DescribedHash>();
  for (const { password } of await sql(COSTLIEST, { forms: HASH_FORMS })) {
    const hash = describeHash(password);
    if (!("refused" in hash) && hash.work > (costliest.get(hash.form)?.work ?? 0)) costliest.set(hash.form, hash);
  }
  return [...costliest.values()];
}

async function measureHash(hash: DescribedHash | null): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const from = performance.now();
    const password = randomBytes(16).toString("base64url");
    await (hash ? hash.matches(password) : hashOwn(password));
    times.push(performance.now() - from);
  }
  return Math.min(...times);
}
