import "server-only";
import type { ON_STALE } from "@latchkey/rule/feed";
import { sql } from "@/lib/database/client";
import { instant, int, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import type { VERIFIER_STATES } from "./schemas";
import { SESSION_MINUTES } from "./sessions";

const MAX_SHOWN = 50;

const ROW = {
  id: uuid,
  instance: text,
  version: text,
  on_stale: text,
  bound_ms: int,
  serve_for_ms: int,
  state: text,
  mode: text,
  keys: int,
  /** How far behind it was when it last said so; null before that. */
  behind_ms: nullable(int),
  seen_at: instant,
  total: int,
};

const LIST = statement(
  "list-instances",
  ROW,
  `SELECT id, instance, version, on_stale, bound_ms, serve_for_ms, state, mode, keys, seen_at, count(*) OVER () AS total,
     (extract(epoch FROM greatest(seen_at - as_of, interval '0')) * 1000)::bigint AS behind_ms
   FROM verifier_sessions
   WHERE service_id = $service::uuid AND ended_at IS NULL AND seen_at > now() - interval '${SESSION_MINUTES} minutes'
   ORDER BY instance, started_at LIMIT ${MAX_SHOWN}`,
);

export type ListedInstance = {
  id: string;
  instance: string;
  version: string;
  onStale: (typeof ON_STALE)[number];
  boundMs: number;
  serveForMs: number;
  state: (typeof VERIFIER_STATES)[number];
  mode: "stream" | "poll";
  keys: number;
  behindMs: number | null;
  seenAt: Date;
};

/** The processes of a service that follow the feed, by their names. */
export async function listInstances(service: string): Promise<{ instances: ListedInstance[]; total: number }> {
  const rows = await sql(LIST, { service });
  return { instances: rows.map(toInstance), total: rows[0]?.total ?? 0 };
}

function toInstance(row: RowOf<typeof ROW>): ListedInstance {
  return {
    id: row.id,
    instance: row.instance,
    version: row.version,
    onStale: row.on_stale as ListedInstance["onStale"],
    boundMs: row.bound_ms,
    serveForMs: row.serve_for_ms,
    state: row.state as ListedInstance["state"],
    mode: row.mode === "poll" ? "poll" : "stream",
    keys: row.keys,
    behindMs: row.behind_ms,
    seenAt: row.seen_at,
  };
}
