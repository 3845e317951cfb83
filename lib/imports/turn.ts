import "server-only";
import { pool } from "@/lib/database/client";
import type { Client } from "@/lib/database/connections";
import { LOCKS } from "@/lib/database/locks";
import { ImportFailure } from "./rows";

const BOUNDS = ["statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"];

/**
 * One import runs at a time. The lock belongs to a transaction that stays open and does nothing else, because a pooler may give
 * each transaction another connection. `work` gets what fails once the lock is lost.
 * @throws ImportFailure at once where another import runs
 */
export async function inTurn<Result>(work: (requireTurn: () => Promise<void>) => Promise<Result>): Promise<Result> {
  const client = await pool().connect();
  try {
    await client.query("BEGIN");
    await unbounded(client);
    const { rows } = await client.query<{ is_mine: boolean }>("SELECT pg_try_advisory_xact_lock($1) AS is_mine", [LOCKS.imports]);
    if (!rows[0]?.is_mine) throw new ImportFailure("Another import is running. Nothing was done: wait until it has ended.");
    return await work(async () => void (await client.query("SELECT 1")));
  } finally {
    await client.query("ROLLBACK").catch(() => {});
    client.release(true);
  }
}

/** For a transaction that waits while other work is done. */
export async function unbounded(client: Client): Promise<void> {
  await client.query("SELECT count(set_config(name, '0', true)) FROM pg_settings WHERE name = ANY ($1)", [BOUNDS]);
}
