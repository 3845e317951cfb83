import "server-only";
import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { SignedTime } from "@latchkey/rule/feed";
import { signedTextOfTime } from "@latchkey/rule/feed";
import { sql } from "@/lib/database/client";
import { sha256 } from "@/lib/database/idempotency";
import { bytes, instant, int, statement, uuid } from "@/lib/database/statements";
import type { KnownService } from "@/lib/services/known";
import { AppError } from "@/lib/values/errors";
import type { Acknowledge, OpenSession } from "./schemas";
import { signText } from "./signing";

// A token has 256 random bits: one fast hash is enough, and that a session is found by it tells nothing.

/** Not heard of for so long, a session has ended. */
export const SESSION_MINUTES = 15;
/** Of one service, that were heard of within a minute. */
const MAX_LIVE_SESSIONS = 5_000;

/** `now` by the database's clock, read when it was last seen. */
export type SeenSession = { id: string; epoch: string; now: Date };

const OPEN = statement(
  "open-verifier-session",
  { now: instant, serve_for_ms: int },
  `INSERT INTO verifier_sessions (id, service_id, instance, version, on_stale, bound_ms, serve_for_ms, token_hash, epoch, start_cursor)
   SELECT $id::uuid, s.id, $instance, $version, $onStale, $bound, s.serve_for_ms, $token, $epoch::uuid, $cursor
   FROM services s WHERE s.id = $service::uuid AND (s.serve_for_ms > 0 OR $onStale <> 'serve')
     AND (SELECT count(*) FROM (SELECT 1 FROM verifier_sessions v WHERE v.service_id = s.id AND v.ended_at IS NULL
       AND v.seen_at > now() - interval '1 minute' LIMIT ${MAX_LIVE_SESSIONS}) AS live) < ${MAX_LIVE_SESSIONS}
   RETURNING now() AS now, serve_for_ms`,
);
const SERVES = statement("service-serves", { serve_for_ms: int }, "SELECT serve_for_ms FROM services WHERE id = $service::uuid");

export type Opened = { id: string; token: string; serveForMs: number; time: SignedTime };

/** @throws AppError SERVE_NOT_ALLOWED, TOO_MANY_REQUESTS for too many sessions at once */
export async function openSession(
  service: KnownService,
  asked: OpenSession,
  at: { epoch: string; cursor: string },
): Promise<Opened> {
  const id = randomUUID();
  const token = randomBytes(32).toString("base64url");
  const [opened] = await sql(OPEN, {
    id,
    service: service.id,
    instance: asked.instance,
    version: asked.version,
    onStale: asked.on_stale,
    bound: asked.bound_ms,
    token: sha256(token),
    epoch: at.epoch,
    cursor: at.cursor,
  });
  if (!opened) throw asked.on_stale === "serve" && !(await mayServe(service)) ? new AppError("SERVE_NOT_ALLOWED") : tooMany();
  return { id, token, serveForMs: opened.serve_for_ms, time: signTime(id, at.epoch, asked.nonce, opened.now) };
}

async function mayServe({ id }: KnownService): Promise<boolean> {
  const [row] = await sql(SERVES, { service: id });
  return row !== undefined && row.serve_for_ms > 0;
}

function tooMany(): AppError {
  return new AppError("TOO_MANY_REQUESTS", {
    message: `This service has ${MAX_LIVE_SESSIONS} sessions already. End some first.`,
    headers: { "Retry-After": "60" },
  });
}

// One that is asked about all the time is not written all the time.
const SEEN = statement(
  "verifier-session",
  { token_hash: bytes, epoch: uuid, now: instant },
  `WITH seen AS (
     UPDATE verifier_sessions SET seen_at = now(), mode = $mode
     WHERE id = $id::uuid AND service_id = $service::uuid AND token_hash = $token AND ended_at IS NULL
       AND (seen_at < now() - interval '2 seconds' OR mode <> $mode))
   SELECT token_hash, epoch, now() AS now FROM verifier_sessions
   WHERE id = $id::uuid AND service_id = $service::uuid AND ended_at IS NULL AND seen_at > now() - interval '${SESSION_MINUTES} minutes'`,
);

type Named = { session: string; token: string };

/** @throws AppError SESSION_NOT_FOUND: another service's, one that has ended, a wrong token */
export async function seeSession(
  service: KnownService,
  { session, token }: Named,
  mode: "stream" | "poll",
): Promise<SeenSession> {
  const [row] = await sql(SEEN, { id: session, service: service.id, token: sha256(token), mode });
  if (!row || !timingSafeEqual(row.token_hash, sha256(token))) throw new AppError("SESSION_NOT_FOUND");
  return { id: session, epoch: row.epoch, now: row.now };
}

// A cursor ahead of the present, or of a database that took another course, would confirm changes that nobody has made yet.
const ACKNOWLEDGE = statement(
  "acknowledge",
  { epoch: uuid, bound_ms: int, serve_for_ms: int, now: instant },
  `WITH told AS (
     UPDATE verifier_sessions SET seen_at = now(), cursor = coalesce($cursor::text, cursor), state = $state, keys = $keys,
       as_of = coalesce(to_timestamp($asOf::float8 / 1000), as_of), ended_at = CASE WHEN $final::bool THEN now() END
     WHERE id = $id::uuid AND service_id = $service::uuid AND token_hash = $token AND ended_at IS NULL
       AND seen_at > now() - interval '${SESSION_MINUTES} minutes'
     RETURNING id, epoch, bound_ms, serve_for_ms),
   kept AS (
     INSERT INTO verifier_acks (session_id, cursor) SELECT id, $cursor::text FROM told
     WHERE $applied::bool AND $cursor::text IS NOT NULL AND told.epoch = $epoch::uuid
       AND pg_snapshot_xmax($cursor::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
       AND (SELECT history = feed_history() FROM feed_state))
   SELECT epoch, bound_ms, serve_for_ms, now() AS now FROM told`,
);

export type Acknowledged = { time: SignedTime; boundMs: number; serveForMs: number };

/** What a process says of itself: what it applied, and how it is. @throws AppError SESSION_NOT_FOUND */
export async function acknowledge(service: KnownService, told: Acknowledge): Promise<Acknowledged> {
  const [row] = await sql(ACKNOWLEDGE, {
    id: told.session,
    service: service.id,
    token: sha256(told.token),
    epoch: told.epoch,
    cursor: told.cursor,
    asOf: told.as_of,
    state: told.state,
    keys: told.keys,
    applied: told.applied,
    final: told.final,
  });
  if (!row) throw new AppError("SESSION_NOT_FOUND");
  return {
    time: signTime(told.session, row.epoch, told.nonce, row.now),
    boundMs: row.bound_ms,
    serveForMs: row.serve_for_ms,
  };
}

export function signTime(session: string, epoch: string, nonce: string, now: Date): SignedTime {
  const time = { session, epoch, nonce, now: now.getTime() };
  return { ...time, signature: signText(signedTextOfTime(time)) };
}
