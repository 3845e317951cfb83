import pg from "pg";
import { expect } from "vitest";
import { type Answer, shared } from "./client";
import { until } from "./server";

/**
 * Holds a key's row while `begin` sends requests, and lets go when `waiting` of them wait for it: so they truly overlap,
 * instead of perhaps.
 */
export function whileKeyIsLocked<Result>(uuid: string, waiting: number, begin: () => Promise<Result>): Promise<Result> {
  return whileLocked({ text: "SELECT 1 FROM api_keys WHERE uuid = $1 FOR UPDATE", values: [uuid] }, waiting, begin);
}

type Lock = { text: string; values?: unknown[] };

/** The same for whatever `lock` locks, in the shared database or another one. */
export async function whileLocked<Result>(
  lock: Lock,
  waiting: number,
  begin: () => Promise<Result>,
  url = shared().settings.DATABASE_URL,
): Promise<Result> {
  const [holder, watcher] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([holder.connect(), watcher.connect()]);
  try {
    await holder.query("BEGIN");
    const [own] = (await holder.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows;
    await holder.query(lock);
    const result = begin();
    const asked = (text: string, values: unknown[]) => watcher.query<Queue>(text, values).then(({ rows }) => rows);
    await until(async () => (await queueBehind(own?.pid ?? 0, asked)).count >= waiting, `${waiting} requests to wait`);
    await holder.query("COMMIT");
    return await result;
  } finally {
    await Promise.all([holder.end(), watcher.end()]);
  }
}

/** How many wait, and for how long, in seconds, the one that has waited longest. */
type Queue = { count: number; seconds: number };

/** Of those who wait for what a process holds, only the first waits for that one itself: the others queue behind it. */
export async function queueBehind(pid: number, ask: (text: string, values: unknown[]) => Promise<Queue[]>): Promise<Queue> {
  const [queue] = await ask(
    `WITH RECURSIVE queue AS (
       SELECT pid, query_start FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))
       UNION SELECT a.pid, a.query_start FROM pg_stat_activity a JOIN queue ON queue.pid = ANY (pg_blocking_pids(a.pid))
     ) SELECT count(*)::int AS count, coalesce(extract(epoch FROM clock_timestamp() - min(query_start)), 0)::float AS seconds FROM queue`,
    [pid],
  );
  return queue ?? { count: 0, seconds: 0 };
}

/** Of calls under one Idempotency-Key one made a key, and each of the others is told which. */
export function expectMadeOnce(answers: Answer[], told: (made: Answer | undefined) => object): void {
  const made = answers.filter(({ status }) => status === 201);
  expect(made).toHaveLength(1);
  for (const repeat of answers.filter((answer) => answer !== made[0])) {
    expect(repeat.status).toBe(409);
    expect(repeat.body).toStrictEqual(told(made[0]));
  }
}
