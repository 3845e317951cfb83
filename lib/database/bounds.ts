import type { Env } from "@/lib/settings/env";

/** How long something may be waited for, in milliseconds. */
export type Bounds = {
  /** A connection: a free one, or a new one. */
  connect: number;
  statement: number;
  lock: number;
  idleTransaction: number;
  /**
   * Whether what is done there is one request's: nothing is begun for one that has had its time, and its changes show
   * whether the database takes any. Look-ups are shared by many.
   */
  isForRequests: boolean;
};

/** The driver gives up a little later than the database, whose own refusal leaves nothing in doubt. */
const DRIVER_MS = 500;

export function generalBounds(env: Env): Bounds {
  return {
    connect: env.DATABASE_CONNECT_TIMEOUT_MS,
    statement: env.DATABASE_STATEMENT_TIMEOUT_MS,
    lock: env.DATABASE_LOCK_TIMEOUT_MS,
    idleTransaction: env.DATABASE_IDLE_TRANSACTION_TIMEOUT_MS,
    isForRequests: true,
  };
}

/** For connections that are asked short questions only. */
export function shortBounds(connect: number, statement: number): Bounds {
  return { connect, statement, lock: statement, idleTransaction: statement, isForRequests: false };
}

/** What the drivers are told. */
export function driverBounds({ connect, statement }: Bounds) {
  return {
    connectionTimeoutMillis: connect,
    query_timeout: statement + DRIVER_MS,
    // A host that is gone without a word is noticed by the system, too.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/**
 * What the database is told: for a session of one's own, or, behind a pooler, for the present transaction. Short questions
 * are planned once: by itself it would plan one with an array anew each time, which takes longer than the answer.
 */
export function setBounds({ statement, lock, idleTransaction, isForRequests }: Bounds, scope: "SESSION" | "LOCAL"): string {
  return [
    ...(isForRequests ? [] : [`SET ${scope} plan_cache_mode = force_generic_plan`]),
    `SET ${scope} statement_timeout = ${statement}`,
    `SET ${scope} lock_timeout = ${lock}`,
    `SET ${scope} idle_in_transaction_session_timeout = ${idleTransaction}`,
  ].join("; ");
}
