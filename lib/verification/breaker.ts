import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { checkUp } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";
import { log } from "@/lib/settings/log";
import { isDatabaseUnavailable, isTooSlow, unavailable } from "@/lib/values/errors";

/** So many look-ups in a row that the database did not answer, each within its bound. */
const MOST_FAILURES = 2;
const ASK_AGAIN_MS = 500;

const ASK = statement("ask", { one: int }, "SELECT 1 AS one");

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyBreaker?: { failures: number; isOpen: boolean } };
holder.latchkeyBreaker ??= { failures: 0, isOpen: false };
const breaker = holder.latchkeyBreaker;

/**
 * While the database does not answer, look-ups are refused at once instead of waiting for it, and it is asked in the
 * background until it does.
 * @throws AppError TEMPORARILY_UNAVAILABLE
 */
export async function throughBreaker<Result>(lookup: () => Promise<Result>): Promise<Result> {
  if (breaker.isOpen) throw unavailable(1, { details: "The database does not answer." });
  try {
    const result = await lookup();
    breaker.failures = 0;
    return result;
  } catch (error) {
    if (isDatabaseUnavailable(error) || isTooSlow(error)) noteFailure();
    throw error;
  }
}

function noteFailure(): void {
  breaker.failures += 1;
  if (breaker.isOpen || breaker.failures < MOST_FAILURES) return;
  breaker.isOpen = true;
  log.error("The database does not answer: verifications are refused (503) until it does.");
  void closeWhenAnswered();
}

async function closeWhenAnswered(): Promise<void> {
  do await pause(ASK_AGAIN_MS, undefined, { ref: false });
  while (!(await isAnswering()));
  Object.assign(breaker, { failures: 0, isOpen: false });
  log.info("The database answers again: verification goes on.");
}

function isAnswering(): Promise<boolean> {
  return checkUp(ASK, {}).then(
    () => true,
    () => false,
  );
}
