import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { covers, parseCursor } from "@latchkey/rule/cursors";
import type { RESET_REASONS } from "@latchkey/rule/feed";
import { type Run, sql } from "@/lib/database/client";
import { FEED_MS } from "@/lib/database/pools";
import { bool, bytes, int, json, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";

/** Of more changes and marks it is told what has changed, and not how. */
export const MAX_CHANGES = 50_000;
/** And of more than these nothing: all is read anew. */
const MAX_TOLD = 1_000_000;
/** Read at a time: other work of the process waits no longer. */
const PAGE = 5_000;
/** Changes whose first reading is noted at a time. */
const SEEN_CHUNK = 5_000;

/** A row that a chain of cursors wrote last, or read: another history has another one there, or none. */
export type Mark = { seq: number; nonce: string };

/** Where a reader stands. `mark`: null for one that has not seen any. */
export type Place = { cursor: string; epoch: string; history: string; mark: Mark | null };

export type Change = { seq: number; xid: string; narrows: boolean };

/**
 * All that became visible between two cursors, what narrows first: ids of keys and owners, each once, whose states are to be
 * read in a statement that begins later. `asOf` lies before `to`. "bulk": the uuids of those that were there before and are
 * another way now, 16 bytes each, and of each transaction the last change that narrows. A reset of the reader's own chain for
 * "history", "future" or "lost" calls for a new epoch.
 */
export type Round =
  | { kind: "round"; from: string; to: string; asOf: number; keys: number[]; owners: string[]; changes: Change[] }
  | { kind: "bulk"; from: string; to: string; asOf: number; keys: Uint8Array; owners: Uint8Array; changes: Change[] }
  | { kind: "reset"; reason: Exclude<(typeof RESET_REASONS)[number], "revoked">; asOf: number }
  | { kind: "standby" };

type Row = [seq: number, xid: string, kind: "k" | "o", id: string, narrows: boolean];

const GUARDS = {
  to: text,
  as_of: int,
  epoch: uuid,
  kept_history: nullable(text),
  history: nullable(text),
  cut: nullable(text),
  is_marked: bool,
  found: int,
};
const SELECT_GUARDS = `pg_current_snapshot()::text AS "to", floor(extract(epoch FROM now()) * 1000)::bigint AS as_of,
     s.epoch, s.history AS kept_history, feed_history() AS history, s.cut,
     $markSeq::bigint IS NULL OR EXISTS (
       SELECT FROM key_changes WHERE seq = $markSeq::bigint AND nonce = $markNonce::uuid) AS is_marked`;

/** An empty text for the present, or where an earlier page of the same round ended. */
const TO = "coalesce(nullif($to, '')::pg_snapshot, pg_current_snapshot())";

/**
 * Of transactions that were under way those are asked for that have ended: the others have nothing to show, however many rows
 * they have written. Rows of another database's transactions can lie ahead: they are none of this history. Both ends are said
 * and each part is in the order of its index, so that the plan is the same however many rows there are.
 */
const freshOf = (columns: string, limit: number) => `fresh AS MATERIALIZED (
       (SELECT ${columns} FROM key_changes
        WHERE xid >= pg_snapshot_xmax($cursor::pg_snapshot) AND xid < pg_snapshot_xmax(${TO}) AND pg_visible_in_snapshot(xid, ${TO})
        ORDER BY xid LIMIT ${limit})
       UNION ALL
       (SELECT ${columns} FROM pg_snapshot_xip($cursor::pg_snapshot) AS ended (ended) CROSS JOIN LATERAL (
          SELECT * FROM key_changes WHERE xid = ended ORDER BY xid LIMIT ${limit}) c
        WHERE pg_visible_in_snapshot(ended, ${TO}) LIMIT ${limit})),
     counted AS (SELECT count(*) AS found FROM fresh)`;

const POLLED = { ...GUARDS, changes: json<Row[]>() };
/**
 * One statement in a transaction of its own: `now()` is then before its snapshot, and what it finds is all that this snapshot
 * sees.
 */
const POLL = statement(
  "poll-feed",
  POLLED,
  `SELECT ${SELECT_GUARDS}, f.found, f.changes
   FROM feed_state s CROSS JOIN LATERAL (
     WITH ${freshOf("seq, xid, kind, key_id, user_id, narrows", MAX_CHANGES + 1)}
     SELECT (SELECT found FROM counted) AS found, (
       SELECT coalesce(json_agg(json_build_array(seq, xid::text, kind, coalesce(key_id::text, user_id::text), narrows)
         ORDER BY NOT narrows, seq), '[]')
       FROM (
         SELECT * FROM fresh
         WHERE kind <> 'm' AND (SELECT found FROM counted) <= ${MAX_CHANGES} AND (NOT narrows, seq) > (NOT $afterNarrows::boolean, $afterSeq::bigint)
         ORDER BY NOT narrows, seq LIMIT ${PAGE}) page) AS changes
   ) f`,
);

/** The round that was found to be too large, up to the same cursor. Of what is new nobody holds anything yet. */
const POLL_BULK = statement(
  "poll-feed-bulk",
  { ...GUARDS, keys: bytes, owners: bytes, changes: json<[seq: number, xid: string][]>() },
  `SELECT ${SELECT_GUARDS}, f.*
   FROM feed_state s CROSS JOIN LATERAL (
     WITH ${freshOf("seq, xid, uuid, user_id, narrows", MAX_TOLD + 1)},
     told AS (SELECT * FROM fresh WHERE (SELECT found FROM counted) <= ${MAX_TOLD})
     SELECT (SELECT found FROM counted) AS found,
       (SELECT coalesce(string_agg(uuid_send(uuid), ''), '') FROM (SELECT DISTINCT uuid FROM told WHERE uuid IS NOT NULL) c) AS keys,
       (SELECT coalesce(string_agg(uuid_send(c.user_id), ''), '')
        FROM (SELECT DISTINCT user_id FROM told WHERE user_id IS NOT NULL) c LEFT JOIN users u ON u.id = c.user_id
        WHERE u.rev IS NULL OR u.rev > 1) AS owners,
       (SELECT coalesce(json_agg(json_build_array(seq, xid::text)), '[]')
        FROM (SELECT max(seq) AS seq, xid FROM told WHERE narrows GROUP BY xid ORDER BY 1 LIMIT ${PAGE}) ended) AS changes
   ) f`,
);

const MARK = statement(
  "mark-feed",
  { seq: int, nonce: uuid },
  "INSERT INTO key_changes (kind, narrows) VALUES ('m', false) RETURNING seq, nonce",
);

const SEEN = statement(
  "feed-changes-seen",
  {},
  "UPDATE key_changes SET seen_at = clock_timestamp() WHERE seq = ANY($seqs::bigint[]) AND seen_at IS NULL",
);

type Polled = RowOf<typeof POLLED>;
type Guards = RowOf<typeof GUARDS>;

/**
 * What is new for whoever stands there, or why they cannot go on from there.
 * @throws where the database does not answer: nothing is known then, and nothing is told
 */
export async function pollFeed(run: Run, place: Place): Promise<Round> {
  const from = parseCursor(place.cursor);
  if (!from) throw new RangeError("A cursor is not one of PostgreSQL's.");
  let first: Polled | undefined;
  let last: Pick<Change, "seq" | "narrows"> = { seq: 0, narrows: true };
  const rows: Row[] = [];
  for (;;) {
    const page = await ask(run, {
      ...valuesOf(place),
      to: first?.to ?? "",
      afterSeq: last.seq,
      afterNarrows: last.narrows,
    });
    // Each page: the next connection may lead elsewhere.
    if (page.history === null) return { kind: "standby" };
    const reason = reasonToReset(page, place);
    if (reason) return { kind: "reset", reason, asOf: page.as_of };
    if (page.found > MAX_CHANGES) return pollBulk(place, page);
    first ??= page;
    rows.push(...page.changes);
    const [seq, , , , narrows] = page.changes.at(-1) ?? [0, "", "k", "", true];
    if (page.changes.length < PAGE) break;
    last = { seq, narrows };
  }
  return {
    kind: "round",
    from: place.cursor,
    to: first.to,
    asOf: first.as_of,
    keys: idsOf(rows, "k").map(Number),
    owners: idsOf(rows, "o"),
    changes: rows.map(([seq, xid, , , narrows]) => ({ seq, xid, narrows })),
  };
}

function valuesOf({ cursor, mark }: Place) {
  return { cursor, markSeq: mark?.seq ?? null, markNonce: mark?.nonce ?? null };
}

/** Takes longer than the feed's own connections are given. */
async function pollBulk(place: Place, { to, as_of: asOf }: Guards): Promise<Round> {
  const [bulk] = await sql(POLL_BULK, { ...valuesOf(place), to });
  if (!bulk) throw new Error("The feed has no state.");
  if (bulk.history === null) return { kind: "standby" };
  const reason = reasonToReset(bulk, place) ?? (bulk.found > MAX_TOLD ? "bulk" : null);
  if (reason) return { kind: "reset", reason, asOf };
  const changes = bulk.changes.map(([seq, xid]) => ({ seq, xid, narrows: true }));
  return { kind: "bulk", from: place.cursor, to, asOf, keys: bulk.keys, owners: bulk.owners, changes };
}

function reasonToReset({ to, epoch, kept_history, history, cut, is_marked }: Guards, place: Place) {
  // Whoever found it wanting has begun another.
  if (epoch !== place.epoch) return "epoch";
  if (history !== place.history || history !== kept_history) return "history";
  const [from, now] = [parseCursor(place.cursor), parseCursor(to)];
  if (!from || !now || from.xmax > now.xmax) return "future";
  const removed = cut === null ? null : parseCursor(cut);
  if (cut !== null && (removed === null || !covers(from, removed))) return "cut";
  return is_marked ? null : "lost";
}

function idsOf(rows: readonly Row[], kind: Row[2]): string[] {
  return [...new Set(rows.filter((row) => row[2] === kind).map(([, , , id]) => id))];
}

/** Asked again on another connection when one is silent; the first answer counts. */
async function ask(run: Run, values: Parameters<Run>[1]): Promise<Polled> {
  const asked = run(POLL, values);
  const answered = asked.then(
    () => true,
    () => true,
  );
  const isAnswered = await Promise.race([answered, pause(FEED_MS, false, { ref: false })]);
  const [row] = await (isAnswered ? asked : firstOf([asked, run(POLL, values)]));
  if (!row) throw new Error("The feed has no state.");
  return row;
}

/** @throws what the first of them did, where all fail */
function firstOf<Answer>(asked: Promise<Answer>[]): Promise<Answer> {
  return Promise.any(asked).catch((error: AggregateError) => {
    throw error.errors[0];
  });
}

/**
 * Leaves a mark in the present history, at least once a second while somebody reads on: what fails to is no primary, or has
 * taken another course.
 */
export async function keepMark(run: Run): Promise<Mark> {
  const [row] = await run(MARK, {});
  if (!row) throw new Error("A mark was not kept.");
  return row;
}

/** Notes when what narrows was first read. From then on no snapshot is without it. */
export async function noteSeen(run: Run, changes: readonly Change[]): Promise<void> {
  const seqs = changes.filter(({ narrows }) => narrows).map(({ seq }) => seq);
  for (let start = 0; start < seqs.length; start += SEEN_CHUNK) await run(SEEN, { seqs: seqs.slice(start, start + SEEN_CHUNK) });
}
