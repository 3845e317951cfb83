import "server-only";
import { sql } from "@/lib/database/client";
import { REMEMBERED_DAYS } from "@/lib/database/idempotency";
import { int, statement } from "@/lib/database/statements";
import { recordCut, removeOldChanges } from "@/lib/feed/cut";
import { keepReceipts } from "@/lib/feed/kept-receipts";
import { KNOWN_DAYS } from "@/lib/identity/known-devices";
import { housekeepingDone, housekeepingRemoved, housekeepingRuns } from "@/lib/metrics/counters";
import { log } from "@/lib/settings/log";
import { idHashOf } from "@/lib/usage/event-id";
import { countReplayable, REPLAYABLE_DAYS } from "@/lib/usage/replayable";
import { RETENTION_DAYS } from "@/lib/usage/schemas";
import { auditUncharged } from "@/lib/usage/uncharged";
import { DAY_MS } from "@/lib/values/days";
import { causeOf } from "@/lib/values/errors";
import { REFUSAL_DAYS } from "@/lib/verification/refusals";
import { maskStored } from "./masking";

const FIRST_MS = 60_000;
const EVERY_MS = 3600 * 1000;
const CHUNK = 5_000;
/** Of what a service did, and from where. */
const KEPT_SERVICE_DAYS = 90;
/** Of a table in one run. What is left over is for the next. */
const MAX_CHUNKS = 200;

/** Reports this old are refused. The hour is for clocks that differ. */
const REFUSED_BEFORE = `now() - interval '${RETENTION_DAYS} days' - interval '1 hour'`;

/** What is no longer needed, a chunk at a time so that no statement holds locks for long. Rows others hold are left to them. */
const REMOVALS = {
  usage_events: foldUsageEvents(),
  replaced_credentials: removal("replaced_credentials", "credential_hash", `valid_until < ${REFUSED_BEFORE}`),
  sessions: removal("sessions", "id", `expires_at < now() - interval '${RETENTION_DAYS} days'`),
  idempotency_records: removal(
    "idempotency_records",
    "caller, route, key_hash",
    `created_at < now() - interval '${REMEMBERED_DAYS} days'`,
  ),
  // `expire` is in epoch milliseconds.
  rate_limits: removal("rate_limits", "key", "expire < extract(epoch FROM now() - interval '1 hour') * 1000"),
  known_networks: removal("known_networks", "user_id, network_hash", `last_at < now() - interval '${KNOWN_DAYS} days'`),
  import_files: removal("import_files", "id", "added_at < now() - interval '1 hour'"),
  // The last day on which it was used stays: it says when that was.
  service_days: removal(
    "service_days",
    "service, day",
    `day < current_date - ${KEPT_SERVICE_DAYS} AND (calls = 0 OR EXISTS (
       SELECT 1 FROM service_days later WHERE later.service = service_days.service AND later.day > service_days.day AND later.calls > 0))`,
  ),
  key_refusals: removal("key_refusals", "id", `at < now() - interval '${REFUSAL_DAYS} days'`),
  key_changes: removeOldChanges(CHUNK),
  // As long as receipts are asked for, and as some may go on by what is stale.
  verifier_acks: removal("verifier_acks", "id", "at < now() - interval '3 days'"),
  verifier_sessions: removal("verifier_sessions", "id", "seen_at < now() - interval '3 days'"),
  // Whoever is at an older one has an hour to end.
  feed_snapshots: removal(
    "feed_snapshots",
    "id",
    "built_at < now() - interval '1 hour' AND id < (SELECT max(id) FROM feed_snapshots)",
  ),
  feed_pages: removal(
    "feed_pages",
    "sha256",
    "added_at < now() - interval '1 hour' AND NOT EXISTS (SELECT 1 FROM feed_snapshots s WHERE feed_pages.sha256 = ANY(s.pages))",
  ),
} as const;

const TABLES = Object.keys(REMOVALS) as (keyof typeof REMOVALS)[];

function removal(table: string, primaryKey: string, condition: string) {
  return statement(
    `remove-${table}`,
    { removed: int },
    `DELETE FROM ${table} WHERE (${primaryKey}) IN (
       SELECT ${primaryKey} FROM ${table} WHERE ${condition} LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
     RETURNING 1 AS removed`,
  );
}

/**
 * Reports that name a time are refused by now, so their ids need not be remembered; those of the others are. Whoever reports
 * calls holds the lock of the owner: a repeat finds the event, or its remembered id.
 */
function foldUsageEvents() {
  return statement(
    "remove-usage_events",
    { removed: int },
    `WITH old AS (
       SELECT key_id, event_id, user_id FROM usage_events WHERE at < ${REFUSED_BEFORE} LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED),
     locked AS MATERIALIZED (
       SELECT id FROM users WHERE id IN (SELECT user_id FROM old) FOR NO KEY UPDATE SKIP LOCKED),
     gone AS (
       DELETE FROM usage_events e USING old
       WHERE (e.key_id, e.event_id) = (old.key_id, old.event_id) AND old.user_id IN (SELECT id FROM locked)
       RETURNING e.key_id, e.event_id, e.has_ts),
     remembered AS (
       INSERT INTO remembered_events (key_id, id_hash) SELECT key_id, ${idHashOf("gone")} FROM gone WHERE has_ts IS NOT TRUE
       ON CONFLICT DO NOTHING)
     SELECT 1 AS removed FROM gone`,
  );
}

/** What is done besides, by what the log calls it. */
const WORKS = {
  masking: maskStored,
  "uncharged usage": auditUncharged,
  "replayable usage": tellOfReplayable,
  "feed cut": recordCut,
  receipts: keepReceipts,
};

let toldOn: number | undefined;

/** Once a day. */
async function tellOfReplayable(): Promise<void> {
  const today = Math.floor(Date.now() / DAY_MS);
  if (toldOn === today) return;
  const calls = await countReplayable();
  if (calls > 0) log.warn({ calls, days: REPLAYABLE_DAYS }, "usage reports that could be replayed");
  toldOn = today;
}

/** Rows, by table. */
export type Removed = Record<keyof typeof REMOVALS, number>;

const NOTHING = Object.fromEntries(TABLES.map((table) => [table, 0])) as Removed;

/**
 * Folds away raw usage events whose day totals stay, credentials replaced long ago, sessions long over, what was remembered of
 * Idempotency-Keys, throttling that is past, networks where somebody signed in long ago, what services did long ago and refusals of keys a week ago, and masks what was
 * stored with credentials. Running it twice, or in two places at once, changes nothing more. A table that fails is logged, and keeps no other waiting.
 */
export async function keepHouse(): Promise<Removed> {
  lastRunAt = Date.now();
  let outcome: "success" | "failure" = "success";
  const removed: Removed = { ...NOTHING };
  for (const table of TABLES) {
    await removeFrom(table, removed).catch((error: unknown) => {
      outcome = "failure";
      log.error({ table, ...causeOf(error) }, "housekeeping failed");
    });
    housekeepingRemoved.inc({ table }, removed[table]);
  }
  for (const [work, run] of Object.entries(WORKS)) {
    await run().catch((error: unknown) => {
      outcome = "failure";
      log.error({ work, ...causeOf(error) }, "housekeeping failed");
    });
  }
  housekeepingRuns.inc({ outcome });
  if (outcome === "success") housekeepingDone.setToCurrentTime();
  return removed;
}

async function removeFrom(table: keyof Removed, removed: Removed): Promise<void> {
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const { length } = await sql(REMOVALS[table], {});
    removed[table] += length;
    if (length < CHUNK) return;
  }
}

/** Soon after the start, as servers may be started anew more than once an hour, and every hour. The timers keep no process alive. */
export function scheduleHousekeeping(): void {
  // Not all instances at the same moment.
  setTimeout(
    () => {
      void keepHouseAndTell();
      setInterval(keepHouseAndTell, EVERY_MS).unref();
    },
    FIRST_MS * (0.5 + Math.random()),
  ).unref();
}

let lastRunAt: number | undefined;

/** For platforms that let no timer run between requests: once per instance and hour, asked for after an answer. */
export async function keepHouseIfDue(): Promise<void> {
  if (lastRunAt !== undefined && Date.now() - lastRunAt < EVERY_MS) return;
  await keepHouseAndTell();
}

async function keepHouseAndTell(): Promise<void> {
  log.info({ removed: await keepHouse() }, "housekeeping");
}
