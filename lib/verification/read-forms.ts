import "server-only";
import { type Credential, parseCredential } from "@latchkey/rule/credentials";
import { formOf } from "@latchkey/rule/forms";
import { learnForms } from "@latchkey/rule/known-forms";
import { checkUp } from "@/lib/database/client";
import { log } from "@/lib/settings/log";
import { causeOf, unavailable } from "@/lib/values/errors";
import { throughBreaker } from "./breaker";
import { listForms } from "./forms";

const EVERY_MS = 30_000;
/** Whoever asks about texts that fit no form has the table read no more often. */
const AT_MOST_EVERY_MS = 2_000;
/** A start waits no longer. */
const START_MS = 3_000;

type Reads = { under: Promise<void> | null; begunAt: number; isDone: boolean };

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyFormReads?: Reads };
holder.latchkeyFormReads ??= { under: null, begunAt: Number.NEGATIVE_INFINITY, isDone: false };
const reads = holder.latchkeyFormReads;

/** Reads anew which forms of other products' credentials are taken here. Who comes while that is under way waits for the same. */
export function refreshForms(): Promise<void> {
  reads.under ??= readForms().finally(() => {
    reads.under = null;
  });
  return reads.under;
}

// Not on the connections of look-ups: one that was idle since, and fell silent meanwhile, would have them wait for less.
async function readForms(): Promise<void> {
  reads.begunAt = performance.now();
  learnForms(await throughBreaker(() => listForms(checkUp)));
  reads.isDone = true;
}

/** Has the forms read now and, from then on, twice a minute. What does not answer keeps no start waiting for long. */
export async function followForms(): Promise<void> {
  const first = refreshForms().catch(tell);
  setInterval(() => void refreshForms().catch(tell), EVERY_MS).unref();
  await Promise.race([first, new Promise((resolve) => setTimeout(resolve, START_MS).unref())]);
}

function tell(error: unknown): void {
  log.warn(causeOf(error), "the forms of other products' credentials could not be read");
}

/**
 * Has the forms read at once where one of these texts fits none of them, and could be a credential: another server may have
 * registered its form.
 * @throws AppError TEMPORARILY_UNAVAILABLE where they were never read, so that nobody can say what the text is
 */
export async function learnFormsOf(texts: readonly string[]): Promise<void> {
  if (!texts.some((each) => parseCredential(each) === null && formOf(each, []) !== null)) return;
  if (!reads.under && reads.isDone && performance.now() - reads.begunAt < AT_MOST_EVERY_MS) return;
  try {
    await refreshForms();
  } catch (error) {
    if (!reads.isDone) throw unavailable(1, { cause: error });
    tell(error);
  }
}

/** `parseCredential`, for what may have the form of another product. @throws AppError TEMPORARILY_UNAVAILABLE */
export async function readCredential(given: string): Promise<Credential | null> {
  const credential = parseCredential(given);
  if (credential) return credential;
  await learnFormsOf([given]);
  return parseCredential(given);
}
