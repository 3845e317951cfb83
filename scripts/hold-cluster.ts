import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { LOCK_WAIT_MS, LOCKS } from "../lib/database/locks";
import { isLockTimeout } from "../lib/values/errors";
import type { Environment } from "./environment";
import { Failure } from "./failure";

/** Asked whether somebody else needs it, a PostgreSQL that does not answer for so long is stopped: they start it again. */
const ANSWER_MS = 5_000;

/**
 * Keeps the embedded PostgreSQL running while this process does: started again should it die, and stopped by the last
 * process that holds it. Does nothing for a database of one's own.
 * @returns a function that lets go
 */
export async function holdCluster(
  { cluster }: Pick<Environment, "cluster">,
  waitMs: number = LOCK_WAIT_MS.command,
): Promise<() => Promise<void>> {
  if (!cluster) return async () => {};
  const releasing = new AbortController();
  let client: pg.Client | undefined;
  let recovery: Promise<void> | undefined;

  const connect = async (): Promise<pg.Client> => {
    const next = new pg.Client({
      connectionString: cluster.url,
      connectionTimeoutMillis: 10_000,
      lock_timeout: waitMs,
    });
    next.on("error", () => {});
    await next.connect();
    return next;
  };
  const hold = async (): Promise<void> => {
    const next = await connect();
    try {
      await next.query("SELECT pg_advisory_lock_shared($1)", [LOCKS.embeddedPostgres]);
    } catch (error) {
      void next.end().catch(() => {});
      if (isLockTimeout(error)) throw new Failure("Somebody has been stopping the embedded PostgreSQL for too long. Try again.");
      throw error;
    }
    next.once("end", () => {
      if (!releasing.signal.aborted) recovery = recover();
    });
    client = next;
  };
  const recover = async (): Promise<void> => {
    console.error("PostgreSQL stopped; starting it again…");
    while (!releasing.signal.aborted) {
      try {
        await cluster.start(releasing.signal);
        return await hold();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        await pause(1000);
      }
    }
  };
  // Whoever held it last may be stopping it at this very moment.
  await hold().catch(() => cluster.start().then(hold));

  return async () => {
    releasing.abort();
    await Promise.race([recovery, pause(ANSWER_MS, undefined, { ref: false })]);
    // Its connection may be lost although PostgreSQL is there.
    const last = (client ? isLast(client) : Promise.reject(new Error("never held"))).catch(() => connect().then(isLast));
    const isStopped = await Promise.race([last, pause(ANSWER_MS, true, { ref: false })]).catch(() => true);
    if (isStopped) await cluster.stop();
    void client?.end().catch(() => {});
  };
}

/** The exclusive lock is kept to the end, so that a start that begins now waits and then finds PostgreSQL gone. */
async function isLast(client: pg.Client): Promise<boolean> {
  await client.query("SELECT pg_advisory_unlock_shared($1)", [LOCKS.embeddedPostgres]);
  const { rows } = await client.query<{ alone: boolean }>("SELECT pg_try_advisory_lock($1) AS alone", [LOCKS.embeddedPostgres]);
  return rows[0]?.alone ?? true;
}
