import type pg from "pg";
import { LOCK_WAIT_MS, LOCKS } from "../lib/database/locks";
import { isLockTimeout } from "../lib/values/errors";
import { Failure } from "./failure";

/** The right to migrate a database, for as long as this connection's transaction is open. */
export type Turn = { client: pg.Client; pid: number };

/**
 * One migrates at a time; those who wait give up after a while, and say so. The lock belongs to a transaction that stays
 * open, because a pooler may give each transaction another connection. Earlier versions lock their session: the same lock.
 */
export async function takeTurn(client: pg.Client, waitMs: number): Promise<Turn> {
  const pid = await begin(client, waitMs);
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.migrations]);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    const minutes = LOCK_WAIT_MS.turn / 60_000;
    throw new Failure(
      `Somebody else has been migrating this database for ${minutes} minutes. Nothing was done: try again later.`,
    );
  }
  return { client, pid };
}

const OTHER_BOUNDS = ["statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"];

/**
 * Begins a transaction in which nothing is limited but the wait for each lock.
 * @returns the number of the PostgreSQL process that serves it
 */
export async function begin(client: pg.Client, lockWaitMs: number): Promise<number> {
  await client.query("BEGIN");
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pg_backend_pid() AS pid, set_config('lock_timeout', $1, true),
       (SELECT count(set_config(name, '0', true)) FROM pg_settings WHERE name = ANY ($2))`,
    [String(lockWaitMs), OTHER_BOUNDS],
  );
  return rows[0]?.pid ?? 0;
}

/** Without it somebody else may have begun to migrate: a database can end a transaction that waits for nothing. */
export async function requireTurn({ pid }: Turn, client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = $1 AND objid = $2 AND granted",
    [pid, LOCKS.migrations],
  );
  if (rows.length === 0) throw new Failure("The lock of those who migrate was lost, so nothing was kept. Try again.");
}
