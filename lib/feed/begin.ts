import "server-only";
import { FEED_VERSION, signedTextOfServing } from "@latchkey/rule/feed";
import { sql } from "@/lib/database/client";
import type { KnownService } from "@/lib/services/known";
import { env } from "@/lib/settings/env";
import { EVERY_MS, lifetimeMs } from "./hub";
import { pollFeed } from "./poll";
import type { OpenSession } from "./schemas";
import { openSession } from "./sessions";
import { feedKeys, signText } from "./signing";
import { findSnapshot } from "./snapshots";
import { type Opening, openPrimary } from "./state";

/**
 * A session for a process that keeps a replica: with what it has it goes on, where all that came since can be told; else it
 * begins with a snapshot. Null while that is being made.
 * @throws AppError SERVE_NOT_ALLOWED, TOO_MANY_REQUESTS, FEED_NOT_CONFIGURED, TEMPORARILY_UNAVAILABLE
 */
export async function beginSession(service: KnownService, asked: OpenSession) {
  const place = await openPrimary(sql);
  const known = await findPlace(place, asked.have);
  const snapshot = known === null ? await findSnapshot(place) : null;
  const cursor = known ?? snapshot?.cursor;
  if (cursor === undefined) return null;
  const { id, token, serveForMs, time } = await openSession(service, asked, { epoch: place.epoch, cursor });
  return {
    v: FEED_VERSION,
    session: id,
    token,
    epoch: place.epoch,
    salt: place.salt,
    time,
    bound_ms: asked.bound_ms,
    on_stale: asked.on_stale,
    serve_for_ms: serveForMs,
    serve_signature: signText(signedTextOfServing({ session: id, epoch: place.epoch, serve_for_ms: serveForMs })),
    poll_ms: EVERY_MS,
    stream_ms: lifetimeMs(env()),
    keys: feedKeys(),
    resume: snapshot ? ("snapshot" as const) : ("tail" as const),
    snapshot,
  };
}

/** The cursor that it says it has, if everything since then can be told. */
async function findPlace(place: Opening, have: OpenSession["have"]): Promise<string | null> {
  if (!have || have.epoch !== place.epoch) return null;
  const { kind } = await pollFeed(sql, { ...place, cursor: have.cursor, mark: null });
  return kind === "round" ? have.cursor : null;
}
