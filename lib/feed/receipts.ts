import "server-only";
import { sql } from "@/lib/database/client";
import { bool, instant, int, nullable, statement, text, uuid } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { SESSION_MINUTES } from "./sessions";

/** Of one change: more processes than this are counted, and not named. */
const MAX_NAMED = 5_000;

// Whoever asks sees it, so that it was committed by now; a poll may have found that earlier.
const CHANGE = statement(
  "change-told",
  { seen_at: instant, user_id: nullable(uuid), narrows: bool, now: instant },
  `WITH noted AS (
     UPDATE key_changes SET seen_at = clock_timestamp() WHERE seq = $seq::bigint AND xid = $xid::xid8 AND narrows AND seen_at IS NULL
     RETURNING seq, seen_at)
   SELECT coalesce(c.seen_at, n.seen_at, clock_timestamp()) AS seen_at, coalesce(k.user_id, c.user_id) AS user_id, c.narrows,
     clock_timestamp() AS now
   FROM key_changes c LEFT JOIN noted n USING (seq) LEFT JOIN api_keys k ON k.id = c.key_id
   WHERE c.seq = $seq::bigint AND c.xid = $xid::xid8 AND c.kind <> 'm'`,
);

const SESSIONS = statement(
  "sessions-told",
  {
    service: text,
    instance: text,
    on_stale: text,
    bound_ms: int,
    serve_for_ms: int,
    seen_at: instant,
    ended_at: nullable(instant),
    is_later: bool,
    acked_at: nullable(instant),
  },
  `SELECT s.name AS service, v.instance, v.on_stale, v.bound_ms, v.serve_for_ms, v.seen_at, v.ended_at,
     pg_visible_in_snapshot($xid::xid8, v.start_cursor::pg_snapshot) AS is_later,
     (SELECT min(a.at) FROM verifier_acks a
      WHERE a.session_id = v.id AND a.at > $seenAt::timestamptz - interval '1 minute'
        AND pg_visible_in_snapshot($xid::xid8, a.cursor::pg_snapshot)) AS acked_at
   FROM verifier_sessions v JOIN services s ON s.id = v.service_id
   WHERE v.epoch = (SELECT epoch FROM feed_state) AND (v.ended_at IS NULL OR v.ended_at > $seenAt::timestamptz)
     AND v.seen_at > $seenAt::timestamptz - greatest(interval '${SESSION_MINUTES} minutes', v.serve_for_ms * interval '1 millisecond')
   ORDER BY v.started_at LIMIT ${MAX_NAMED}`,
);

type Process = { service: string; instance: string };

export type Receipts = {
  change: string;
  /** When it was first seen to be committed, by the database's clock: every round that was read later carries it. */
  seen_at: string;
  confirmed: (Process & { after_ms: number })[];
  /** Refused by their own bound, whether they can be reached or not. */
  bounded: (Process & { since: string })[];
  pending: (Process & { until: string })[];
  /** They serve from what is stale. */
  may_accept: (Process & { until: string })[];
  /** Processes that began later, and never knew it otherwise. */
  later: number;
  /** From when on no process accepts what the change ended; null while that is not certain. */
  dead_everywhere_at: string | null;
};

/** `Latchkey-Change`: the number of a change, and its transaction. */
const TOKEN = /^(\d{1,18})\.(\d{1,20})$/;

/**
 * Who has applied a change that narrows, and from when on the others refuse by themselves.
 * @param ownerId whose change it has to be; null for staff's programs
 * @throws AppError CHANGE_NOT_FOUND
 */
export async function findReceipts(token: string, ownerId: string | null): Promise<Receipts> {
  const [, seq, xid] = TOKEN.exec(token) ?? [];
  if (seq === undefined || xid === undefined) throw new AppError("CHANGE_NOT_FOUND");
  const [change] = await sql(CHANGE, { seq, xid });
  if (!change?.narrows || (ownerId !== null && change.user_id !== ownerId)) throw new AppError("CHANGE_NOT_FOUND");
  const seenAt = change.seen_at.getTime();
  const now = change.now.getTime();
  const receipts: Receipts = {
    change: token,
    seen_at: change.seen_at.toISOString(),
    confirmed: [],
    bounded: [],
    pending: [],
    may_accept: [],
    later: 0,
    dead_everywhere_at: null,
  };
  let deadAt = seenAt;
  for (const row of await sql(SESSIONS, { xid, seenAt: change.seen_at })) {
    const process = { service: row.service, instance: row.instance };
    const end = row.on_stale === "serve" ? row.seen_at.getTime() + row.bound_ms + row.serve_for_ms : seenAt + row.bound_ms;
    const boundAt = Math.max(end, seenAt + row.bound_ms);
    const doneAt = row.acked_at ? Math.max(row.acked_at.getTime(), seenAt) : row.ended_at ? row.ended_at.getTime() : boundAt;
    if (row.is_later) receipts.later += 1;
    else {
      deadAt = Math.max(deadAt, doneAt);
      const at = new Date(doneAt).toISOString();
      if (row.acked_at) receipts.confirmed.push({ ...process, after_ms: doneAt - seenAt });
      else if (doneAt <= now) receipts.bounded.push({ ...process, since: at });
      else if (row.on_stale === "serve") receipts.may_accept.push({ ...process, until: at });
      else receipts.pending.push({ ...process, until: at });
    }
  }
  if (deadAt <= now) receipts.dead_everywhere_at = new Date(deadAt).toISOString();
  return receipts;
}

const CHANGE_OF_REQUEST = statement(
  "change-of-request",
  { token: text },
  `SELECT c.seq || '.' || c.xid AS token FROM audit_entries a JOIN key_changes c ON c.xid = a.xid
   WHERE a.request_id = $request AND c.narrows ORDER BY c.seq DESC LIMIT 1`,
);

/** The last change that narrows of what a request did, for who wants to know when it holds everywhere. */
export async function findChange(requestId: string): Promise<string | null> {
  const [row] = await sql(CHANGE_OF_REQUEST, { request: requestId });
  return row?.token ?? null;
}
