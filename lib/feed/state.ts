import "server-only";
import type { Run } from "@/lib/database/client";
import { instant, int, nullable, statement, text, uuid } from "@/lib/database/statements";
import { type AppError, unavailable } from "@/lib/values/errors";
import { knownSecrets, secretId } from "@/lib/verification/hash-secrets";

const STATE = {
  epoch: uuid,
  history: nullable(text),
  secrets: nullable(text),
  salt: text,
  cut: nullable(text),
  cut_taken_at: nullable(instant),
};

/** `is_of`: the history that the database is of now, null on a standby. */
const READ = statement(
  "feed-state",
  { ...STATE, is_of: nullable(text), cursor: text, as_of: int },
  `SELECT epoch, history, secrets, salt, cut, cut_taken_at, feed_history() AS is_of, pg_current_snapshot()::text AS cursor,
     floor(extract(epoch FROM now()) * 1000)::bigint AS as_of
   FROM feed_state`,
);

/** Of a database that nobody has asked yet. */
const BEGIN = statement(
  "begin-feed",
  {},
  "UPDATE feed_state SET history = feed_history(), secrets = $secrets WHERE history IS NULL AND feed_history() IS NOT NULL",
);

// Rows of another database's transactions would be new for ever. Whoever else renews meanwhile finds another epoch than it saw.
const RENEW = statement(
  "renew-feed-epoch",
  { epoch: uuid },
  `WITH renewed AS (
     UPDATE feed_state SET epoch = gen_random_uuid(), history = feed_history(), secrets = $secrets, cut = NULL, cut_taken_at = NULL
     WHERE epoch = $seen::uuid RETURNING epoch),
   foreign_rows AS (
     DELETE FROM key_changes WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()) AND EXISTS (SELECT FROM renewed)),
   cuts AS (DELETE FROM feed_cuts WHERE EXISTS (SELECT FROM renewed))
   SELECT epoch FROM renewed`,
);

/** Where a replica begins: what it reads after this, and all that `cursor` has not seen. */
export type Opening = { cursor: string; asOf: number; epoch: string; history: string; salt: string };

export type FeedStatus = {
  epoch: string;
  history: string | null;
  isSameHistory: boolean;
  /** Whether a KEY_HASH_SECRET of when the epoch began is not set any more: what it made is unknown here, and known elsewhere. */
  hasLostSecret: boolean;
  cutTakenAt: Date | null;
};

/** Of the KEY_HASH_SECRETs that are set; tells nothing of any. */
export function secretsNow(): string {
  return knownSecrets().map(secretId).sort().join(" ");
}

/**
 * Begins a chain of cursors, with an epoch of its own where the database has another history than it had. Null on a standby,
 * whose snapshots leave out what is under way.
 * @throws where the database cannot be asked, or takes no changes and one is needed
 */
export async function openFeed(run: Run): Promise<Opening | null> {
  // A few at once may each find what another is changing.
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const state = await readState(run);
    if (state.is_of === null) return null;
    if (state.history === state.is_of) {
      const { cursor, as_of: asOf, epoch, history, salt } = state;
      return { cursor, asOf, epoch, history, salt };
    }
    if (state.history === null) await run(BEGIN, { secrets: secretsNow() });
    else await renewEpoch(run, state.epoch);
  }
  throw new Error("The feed's epoch changes too often to begin.");
}

/** The same for whom a standby is no use. @throws AppError TEMPORARILY_UNAVAILABLE there, too */
export async function openPrimary(run: Run): Promise<Opening> {
  const opening = await openFeed(run);
  if (!opening) throw noPrimary();
  return opening;
}

/** What a standby says is fresh at no time. */
export function noPrimary(): AppError {
  return unavailable(1, { details: "The database that answers is no primary." });
}

/**
 * A new epoch: everybody fetches everything anew. For another history, a cursor that cannot be, a marker that is lost, and by
 * command after a restore or when a KEY_HASH_SECRET was taken away. Answers null where somebody else was quicker.
 * @param seen the epoch that was found wanting
 */
export async function renewEpoch(run: Run, seen: string): Promise<string | null> {
  const [row] = await run(RENEW, { seen, secrets: secretsNow() });
  return row?.epoch ?? null;
}

export async function readFeedStatus(run: Run): Promise<FeedStatus> {
  const { epoch, history, is_of, secrets, cut_taken_at: cutTakenAt } = await readState(run);
  return {
    epoch,
    history,
    isSameHistory: history === null || history === is_of,
    hasLostSecret: secrets?.split(" ").some((id) => !secretsNow().includes(id)) ?? false,
    cutTakenAt,
  };
}

async function readState(run: Run) {
  const [state] = await run(READ, {});
  if (!state) throw new Error("The feed has no state.");
  return state;
}
