import "server-only";
import { sql } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";
import { log } from "@/lib/settings/log";
import { RETENTION_DAYS } from "@/lib/usage/schemas";

const EVERY_MS = 3600 * 1000;
const CHUNK = 5_000;

/** Reports this old are refused. The hour is for clocks that differ. */
const REFUSED_BEFORE = `now() - interval '${RETENTION_DAYS} days' - interval '1 hour'`;

/** What is no longer needed, a chunk at a time so that no statement holds locks for long. Rows others hold are left to them. */
const REMOVALS = {
  // Of reports that are refused, so their ids need not be remembered.
  usage_events: removal("usage_events", "key_id, event_id", `at < ${REFUSED_BEFORE}`),
  replaced_credentials: removal("replaced_credentials", "credential_hash", `valid_until < ${REFUSED_BEFORE}`),
  sessions: removal("sessions", "id", `expires_at < now() - interval '${RETENTION_DAYS} days'`),
  // `expire` is in epoch milliseconds, and a window lasts a quarter of an hour at most.
  rate_limits: removal("rate_limits", "key", "expire < extract(epoch FROM now() - interval '1 hour') * 1000"),
} as const;

function removal(table: string, primaryKey: string, condition: string) {
  return statement(
    `remove-${table}`,
    { removed: int },
    `DELETE FROM ${table} WHERE (${primaryKey}) IN (
       SELECT ${primaryKey} FROM ${table} WHERE ${condition} LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
     RETURNING 1 AS removed`,
  );
}

export type Removed = Record<keyof typeof REMOVALS, number>;

/**
 * Folds away raw usage events whose day totals stay, credentials replaced long ago, sessions long over and throttling
 * that is past. Running it twice, or in two places at once, changes nothing more.
 */
export async function keepHouse(): Promise<Removed> {
  const removed: Removed = { usage_events: 0, replaced_credentials: 0, sessions: 0, rate_limits: 0 };
  for (const table of Object.keys(REMOVALS) as (keyof Removed)[]) {
    let count: number;
    do {
      count = (await sql(REMOVALS[table], {})).length;
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
