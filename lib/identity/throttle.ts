import "server-only";
import { createHash } from "node:crypto";
import { type Counter, giveBack, type Outcome, type Taken, takeOne, UNBOUNDED } from "@/lib/database/counters";
import { mailRoute } from "@/lib/notifications/mail";
import { type Network, networkOf, WIDER } from "@/lib/request/network";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { AppError, causeOf, type ErrorCode } from "@/lib/values/errors";

const WINDOW_SECONDS = 60;
const MAILS = 3;
const MAILS_WINDOW_SECONDS = 15 * 60;

/**
 * A network that tried less often within the hour, refused or not, has half of that for itself and its like: those that go on
 * and on do not keep it out.
 */
const FIRST_TRIES = 10;
const FIRST_SECONDS = 3600;

/** Refusals that say that the secret was wrong. All others came before it was looked at, or have nothing to do with it. */
const FAILURES: readonly ErrorCode[] = ["INVALID_CREDENTIALS", "WRONG_PASSWORD", "PASSWORD_NOT_CONFIRMED"];

/** Whose password it is, as the counters name them, and what of whoever sends it is known to them. */
export type Attempt = { account: string; known: { device: string } | "network" | null; network: Network };

/** A look at a password. `isWrong`: of an outcome that is no exception. A failure is answered when `onFailure` is done. */
export type Check<R> = { run(): Promise<R>; isWrong?(outcome: R): boolean; onFailure(): Promise<void> };

/**
 * Counts what costs the same whether it succeeds or not, such as registering, by the network it comes from. Counted in the
 * database, so that it holds across instances.
 * @throws AppError TOO_MANY_REQUESTS with `Retry-After` in seconds
 */
export async function countAsking(address: string | null): Promise<void> {
  need(await takeOne(ofNetwork("asked", networkOf(address))));
}

/**
 * Counts a mail asked for, so that nobody's inbox can be flooded. Addresses without an account are counted the same. Anybody
 * asks for a reset: they take nothing from who confirms an address.
 * @throws AppError TOO_MANY_REQUESTS
 */
export async function countMail(email: string, what: "reset" | "confirmation"): Promise<void> {
  const key = `mail:${what === "reset" ? "" : "confirmation:"}${digestOf(email)}`;
  need(
    await takeOne([{ key, limit: MAILS, seconds: MAILS_WINDOW_SECONDS }]),
    "Too many mails were asked for: the link in the last one works.",
  );
}

/**
 * Checks a password that speaks for an account: taken from the counters before it is looked at, so that many at once cannot
 * pass together, and given back unless it was wrong.
 * @throws AppError TOO_MANY_REQUESTS, and what the check throws
 */
export async function countSignIn<R>(attempt: Attempt, check: Check<R>): Promise<R> {
  return countFailures(await (attempt.known ? takeKnown(attempt) : takeUnknown(attempt)), check);
}

/** The same for who is signed in already, by their session alone: nobody outside of it can keep them out. */
export async function countInSession<R>(session: string, check: Check<R>): Promise<R> {
  return countFailures(need(await takeOne([perMinute(`session:${session}`)])), check);
}

/** How an account is named in a counter: by what a client sent as one, which may be anything. */
export function digestOf(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("base64url");
}

/** Counters of their own, which nobody else takes from. */
async function takeKnown({ account, known, network }: Attempt): Promise<Taken[]> {
  const own = known && known !== "network" ? `device:${account}:${known.device}` : `known:${account}:${network.near}`;
  return need(await takeOne([perMinute(own)]));
}

async function takeUnknown({ account, network }: Attempt): Promise<Taken[]> {
  const tried = { key: `auth:tried:${account}:${network.wide ?? network.near}`, limit: UNBOUNDED, seconds: FIRST_SECONDS };
  const taken = need(await takeOne([...ofNetwork("network", network), tried]), mailedWay());
  const tries = taken.find(({ key }) => key === tried.key)?.used ?? 0;
  const outcome = await takeOne([perMinute(`${tries <= FIRST_TRIES ? "first" : "again"}:${account}`, WIDER / 2)]);
  // The password is not looked at, so that is no failure. It is a try.
  if (!("taken" in outcome)) await giveBack(taken.filter(({ key }) => key !== tried.key));
  return [...taken, ...need(outcome, mailedWay())];
}

async function countFailures<R>(taken: readonly Taken[], { run, isWrong, onFailure }: Check<R>): Promise<R> {
  let isFailure = false;
  try {
    const outcome = await run();
    isFailure = isWrong?.(outcome) ?? false;
    return outcome;
  } catch (error) {
    isFailure = error instanceof AppError && FAILURES.includes(error.code);
    throw error;
  } finally {
    if (isFailure) await onFailure();
    else await giveBackSafely(taken);
  }
}

/** Whoever was right has been signed in by now: they are told so whatever becomes of the counters. */
async function giveBackSafely(taken: readonly Taken[]): Promise<void> {
  await giveBack(taken).catch((error: unknown) => log.error(causeOf(error), "an attempt that was right stays counted"));
}

function ofNetwork(what: string, { near, wide }: Network): Counter[] {
  return [perMinute(`${what}:${near}`), ...(wide === null ? [] : [perMinute(`${what}:${wide}`, WIDER)])];
}

function perMinute(key: string, times = 1): Counter {
  return { key: `auth:${key}`, limit: times * env().AUTH_RATE_LIMIT_PER_MINUTE, seconds: WINDOW_SECONDS };
}

function need(outcome: Outcome, more?: string): Taken[] {
  if ("taken" in outcome) return outcome.taken;
  throw tooMany("attempts", outcome.waitSeconds, more);
}

export function tooMany(what: "attempts" | "changes", seconds: number, more?: string): AppError {
  const message = [`Too many ${what}. Try again in ${seconds} seconds.`, more].filter(Boolean).join(" ");
  return new AppError("TOO_MANY_REQUESTS", { message, headers: { "Retry-After": String(seconds) } });
}

function mailedWay(): string | undefined {
  return mailRoute() === "out" ? "Or have a link mailed to you with which you choose a new password." : undefined;
}
