import "server-only";
import { sql } from "@/lib/database/client";
import { log } from "@/lib/settings/log";
import { RETENTION_DAYS } from "@/lib/usage/schemas";

const EVERY_MS = 3600 * 1000;
const CHUNK = 5_000;

/** What is no longer needed, a chunk at a time so that no statement holds locks for long. Rows others hold are left to them. */
const REMOVALS = {
  // Reports this old are refused, so their ids need not be remembered. The hour is for clocks that differ.
  usage_events: `DELETE FROM usage_events WHERE (key_id, event_id) IN (
    SELECT key_id, event_id FROM usage_events WHERE at < now() - interval '${RETENTION_DAYS} days' - interval '1 hour' LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
  replaced_credentials: `DELETE FROM replaced_credentials WHERE credential_hash IN (
    SELECT credential_hash FROM replaced_credentials WHERE valid_until < now() - interval '${RETENTION_DAYS} days' - interval '1 hour' LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
  sessions: `DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE expires_at < now() - interval '${RETENTION_DAYS} days' LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
  // `expire` is in epoch milliseconds, and a window lasts a quarter of an hour at most.
  rate_limits: `DELETE FROM rate_limits WHERE key IN (
    SELECT key FROM rate_limits WHERE expire < extract(epoch FROM now() - interval '1 hour') * 1000 LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
} as const;

export type Removed = Record<keyof typeof REMOVALS, number>;

/**
 * Folds away raw usage events whose day totals stay, credentials replaced long ago, sessions long over and throttling
 * that is past. Running it twice, or in two places at once, changes nothing more.
 */
export async function keepHouse(): Promise<Removed> {
  const removed: Removed = { usage_events: 0, replaced_credentials: 0, sessions: 0, rate_limits: 0 };
  for (const [table, statement] of Object.entries(REMOVALS) as [keyof Removed, string][]) {
    let count: number;
    do {
      count = (await sql(`remove-${table}`, statement, [])).length;
      removed[table] += count;
    } while (count === CHUNK);
  }
  return removed;
}

/** Every hour in each server; the timer keeps no process alive. */
export function scheduleHousekeeping(): void {
  setInterval(keepHouseAndTell, EVERY_MS).unref();
}

let lastKeptAt: number | undefined;

/** For platforms that let no timer run between requests: the same once per instance and hour, asked for after an answer. */
export async function keepHouseIfDue(): Promise<void> {
  if (lastKeptAt !== undefined && Date.now() - lastKeptAt < EVERY_MS) return;
  lastKeptAt = Date.now();
  await keepHouseAndTell();
}

async function keepHouseAndTell(): Promise<void> {
  try {
    log.info({ removed: await keepHouse() }, "housekeeping");
  } catch (error) {
    log.error({ cause: error instanceof Error ? error.name : "unknown" }, "housekeeping failed");
  }
}
