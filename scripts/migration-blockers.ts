import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";

/** Somebody who holds a lock that a migration needs. What the role may not see of others is null. */
export type Blocker = {
  /** 0 for a prepared transaction, which no process serves. */
  pid: number;
  transaction: string | null;
  application: string | null;
  since: Date | null;
  query: string | null;
};

const POLL_MS = 100;

/** Asks on another connection, again and again, who is in the way of process `pid`; the answer is the last it saw. */
export function watchBlockers(client: pg.Client, pid: number): () => Promise<Blocker[]> {
  const stop = new AbortController();
  let seen: Blocker[] = [];
  const watching = (async () => {
    while (!stop.signal.aborted) {
      const found = await findBlockers(client, pid);
      if (found.length > 0) seen = found;
      await pause(POLL_MS, undefined, { signal: stop.signal });
    }
  })().catch(() => {});
  return async () => {
    stop.abort();
    await watching;
    return seen;
  };
}

async function findBlockers(client: pg.Client, pid: number): Promise<Blocker[]> {
  // A transaction sees what others do as it was when it first looked.
  await client.query("SELECT pg_stat_clear_snapshot()");
  const { rows } = await client.query<Blocker>(
    `SELECT DISTINCT b.pid, l.virtualtransaction AS transaction, a.application_name AS application, a.xact_start AS since, a.query
     FROM unnest(pg_blocking_pids($1)) AS b (pid)
     LEFT JOIN pg_locks l ON l.pid = b.pid AND l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock'
     LEFT JOIN pg_stat_activity a ON a.pid = b.pid
     ORDER BY b.pid`,
    [pid],
  );
  return rows;
}

/** Waits until these transactions have ended, but not past `deadline`. One that cannot be watched counts as ended. */
export async function waitForEnd(client: pg.Client, blockers: readonly Blocker[], deadline: number): Promise<void> {
  const transactions = blockers.map(({ transaction }) => transaction);
  const isThere = async () =>
    (await client.query("SELECT 1 FROM pg_locks WHERE virtualtransaction = ANY ($1) LIMIT 1", [transactions])).rows.length > 0;
  while (Date.now() < deadline && (await isThere())) await pause(POLL_MS);
}

/** Names them in a sentence's middle, without what people typed: a statement's words end at its first value or remark. */
export function describeBlockers(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return "somebody who has gone meanwhile";
  return blockers.map(describe).join(" and ");
}

function describe({ pid, application, since, query }: Blocker): string {
  if (pid === 0) return "a prepared transaction (see pg_prepared_xacts)";
  const words = firstWords(query ?? "");
  const facts = [
    application && `"${application}"`,
    since && `since ${since.toISOString().replace(/\.\d+/, "")}`,
    words && `last statement: ${words}`,
  ].filter(Boolean);
  return `process ${pid}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
}

export function firstWords(query: string): string {
  const [safe = ""] = query.split(/'|\$|--|\/\*|\b\d/);
  return safe
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 60)
    .trim();
}
