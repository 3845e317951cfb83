import "server-only";
import { sql } from "@/lib/database/client";
import { bool, instant, nullable, statement, text, uuid } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { SESSION_MINUTES } from "./sessions";

/** Of one change: those that may accept longest. Whoever is beyond has ended by when the last of these has. */
export const MAX_TOLD = 10_000;

// Whoever asks sees it, so that it was committed by now, with all of its transaction; a poll may have found that earlier.
const CHANGE = statement(
  "change-told",
  { seen_at: instant, user_id: nullable(uuid), narrows: bool, now: instant },
  `WITH told AS (SELECT min(seen_at) AS seen_at FROM key_changes WHERE xid = $xid::xid8 AND narrows),
   noted AS (
     UPDATE key_changes SET seen_at = clock_timestamp()
     WHERE seq = $seq::bigint AND xid = $xid::xid8 AND narrows AND (SELECT seen_at FROM told) IS NULL
     RETURNING seq, seen_at)
   SELECT coalesce(t.seen_at, n.seen_at, clock_timestamp()) AS seen_at, coalesce(k.user_id, c.user_id) AS user_id, c.narrows,
     clock_timestamp() AS now
   FROM key_changes c CROSS JOIN told t LEFT JOIN noted n USING (seq) LEFT JOIN api_keys k ON k.id = c.key_id
   WHERE c.seq = $seq::bigint AND c.xid = $xid::xid8 AND c.kind <> 'm'`,
);

// When a process refuses by itself. One that serves what is stale may have heard all that was before the change, also where
// nothing was heard of it for long.
const OWN_END = `CASE v.on_stale WHEN 'serve'
       THEN greatest(v.seen_at, $seenAt::timestamptz) + v.serve_for_ms * interval '1 millisecond'
       ELSE $seenAt::timestamptz END + v.bound_ms * interval '1 millisecond'`;

const SESSIONS = statement(
  "sessions-told",
  {
    service: text,
    instance: text,
    on_stale: text,
    own_end: instant,
    ended_at: nullable(instant),
    is_later: bool,
    acked_at: nullable(instant),
  },
  `SELECT s.name AS service, v.instance, v.on_stale, v.ended_at, ${OWN_END} AS own_end,
     pg_visible_in_snapshot($xid::xid8, v.start_cursor::pg_snapshot) AS is_later,
     (SELECT min(a.at) FROM verifier_acks a
      WHERE a.session_id = v.id AND a.at > $seenAt::timestamptz - interval '1 minute'
        AND pg_visible_in_snapshot($xid::xid8, a.cursor::pg_snapshot)) AS acked_at
   FROM verifier_sessions v JOIN services s ON s.id = v.service_id
   WHERE v.epoch = (SELECT epoch FROM feed_state) AND (v.ended_at IS NULL OR v.ended_at > $seenAt::timestamptz)
     AND v.seen_at > $seenAt::timestamptz - greatest(interval '${SESSION_MINUTES} minutes', v.serve_for_ms * interval '1 millisecond')
   ORDER BY is_later, own_end DESC, v.started_at LIMIT ${MAX_TOLD}`,
);

type Process = { service: string; instance: string };

type Facts = {
  change: string;
  /** When it was first seen to be committed, by the database's clock: every round that was read later carries it. */
  seen_at: string;
  /** By the same clock, when this was read. */
  now: string;
  /** After how long the last of those ended it that have, by a word of theirs or by their own bound; null while none has. */
  last_ms: number | null;
  /** Of those that refuse by themselves: from when on all of them do. */
  bounded_since: string | null;
  /** When the last of those that are waited for refuses by itself. */
  pending_until: string | null;
  may_accept_until: string | null;
  /** Processes that began later, and never knew it otherwise. */
  later: number;
  /** From when on no process accepts what the change ended; null while that is not certain. */
  dead_everywhere_at: string | null;
};

export type Receipts = Facts & {
  confirmed: (Process & { after_ms: number })[];
  /** Refused by their own bound, whether they can be reached or not. */
  bounded: (Process & { since: string })[];
  pending: (Process & { until: string })[];
  /** They serve from what is stale. */
  may_accept: (Process & { until: string })[];
};

const STATES = ["confirmed", "bounded", "pending", "may_accept"] as const;

/** Without names: which programs there are is nobody's business but the staff's. */
export type ReceiptCounts = Facts & Record<(typeof STATES)[number], number>;

export function countReceipts({ confirmed, bounded, pending, may_accept, ...facts }: Receipts): ReceiptCounts {
  return {
    ...facts,
    confirmed: confirmed.length,
    bounded: bounded.length,
    pending: pending.length,
    may_accept: may_accept.length,
  };
}

/** `Latchkey-Change`: the number of a change, and its transaction. */
const TOKEN = /^(\d{1,18})\.(\d{1,19})$/;

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
  const found: Pick<Receipts, (typeof STATES)[number]> = { confirmed: [], bounded: [], pending: [], may_accept: [] };
  let [deadAt, lastAt, later] = [seenAt, null as number | null, 0];
  const rows = await sql(SESSIONS, { xid, seenAt: change.seen_at });
  const last = rows.at(-1);
  if (rows.length === MAX_TOLD && last && !last.is_later) deadAt = last.own_end.getTime();
  for (const row of rows) {
    if (row.is_later) {
      later += 1;
      continue;
    }
    const process = { service: row.service, instance: row.instance };
    const ownEnd = row.own_end.getTime();
    const ackedAt = row.acked_at && Math.max(row.acked_at.getTime(), seenAt);
    // Who confirms after its bound had ended it by then.
    const doneAt = Math.min(ackedAt ?? row.ended_at?.getTime() ?? ownEnd, ownEnd);
    deadAt = Math.max(deadAt, doneAt);
    if (ackedAt !== null || doneAt <= now) lastAt = Math.max(lastAt ?? seenAt, doneAt);
    const at = isoOf(doneAt);
    if (ackedAt !== null) found.confirmed.push({ ...process, after_ms: ackedAt - seenAt });
    else if (doneAt <= now) found.bounded.push({ ...process, since: at });
    else if (row.on_stale === "serve") found.may_accept.push({ ...process, until: at });
    else found.pending.push({ ...process, until: at });
  }
  return {
    change: token,
    seen_at: isoOf(seenAt),
    now: isoOf(now),
    ...found,
    last_ms: lastAt === null ? null : lastAt - seenAt,
    bounded_since: latest(found.bounded.map(({ since }) => since)),
    pending_until: latest(found.pending.map(({ until }) => until)),
    may_accept_until: latest(found.may_accept.map(({ until }) => until)),
    later,
    dead_everywhere_at: deadAt <= now ? isoOf(deadAt) : null,
  };
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function latest(instants: readonly string[]): string | null {
  return instants.reduce<string | null>((last, at) => (last === null || at > last ? at : last), null);
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
