import "server-only";
import { sql } from "./db";
import { log } from "./log";
import { RETENTION_DAYS } from "./usage/schemas";

const EVERY_MS = 3600 * 1000;
const CHUNK = 5_000;

/** What is no longer needed, a chunk at a time so that no statement holds locks for long. Rows others hold are left to them. */
const REMOVALS = {
  // Reports this old are refused, so their ids need not be remembered. The hour is for clocks that differ.
  usage_events: `DELETE FROM usage_events WHERE (key_id, event_id) IN (
    SELECT key_id, event_id FROM usage_events WHERE at < now() - $1 * interval '1 day' - interval '1 hour' LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
  replaced_credentials: `DELETE FROM replaced_credentials WHERE credential_hash IN (
    SELECT credential_hash FROM replaced_credentials WHERE valid_until < now() - $1 * interval '1 day' - interval '1 hour' LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
  sessions: `DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE expires_at < now() - $1 * interval '1 day' LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
} as const;

export type Removed = Record<keyof typeof REMOVALS, number>;

/**
 * Folds away raw usage events whose day totals stay, credentials replaced long ago, and sessions long over. Running it
 * twice, or in two places at once, changes nothing more.
 */
export async function keepHouse(): Promise<Removed> {
  const removed: Removed = { usage_events: 0, replaced_credentials: 0, sessions: 0 };
  for (const [table, statement] of Object.entries(REMOVALS) as [keyof Removed, string][]) {
    let count: number;
    do {
      count = (await sql(`remove-${table}`, statement, [RETENTION_DAYS])).length;
      removed[table] += count;
    } while (count === CHUNK);
  }
  return removed;
}

/** Every hour in each server; the timer keeps no process alive. */
export function scheduleHousekeeping(): void {
  const run = () =>
    keepHouse().then(
      (removed) => log.info({ removed }, "housekeeping"),
      (error: unknown) => log.error({ cause: error instanceof Error ? error.name : "unknown" }, "housekeeping failed"),
    );
  setInterval(run, EVERY_MS).unref();
}
