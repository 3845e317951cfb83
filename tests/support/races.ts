import pg from "pg";
import { query, shared } from "./client";
import { until } from "./server";

/**
 * Holds a key's row while `begin` sends requests, and lets go when `waiting` of them wait for it: so they truly overlap,
 * instead of perhaps.
 */
export async function whileKeyIsLocked<Result>(uuid: string, waiting: number, begin: () => Promise<Result>): Promise<Result> {
  const holder = new pg.Client({ connectionString: shared().settings.DATABASE_URL });
  await holder.connect();
  try {
    await holder.query("BEGIN");
    const [own] = (await holder.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows;
    await holder.query("SELECT 1 FROM api_keys WHERE uuid = $1 FOR UPDATE", [uuid]);
    const result = begin();
    await until(async () => {
      // Of those who wait, only the first waits for the holder itself: the others queue behind it.
      const [row] = await query<{ waiting: string }>(
        `WITH RECURSIVE queue AS (
           SELECT pid FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))
           UNION SELECT a.pid FROM pg_stat_activity a JOIN queue ON queue.pid = ANY (pg_blocking_pids(a.pid))
         ) SELECT count(*) AS waiting FROM queue`,
        [own?.pid],
      );
      return Number(row?.waiting) >= waiting;
    }, `${waiting} requests to wait for the key`);
    await holder.query("COMMIT");
    return await result;
  } finally {
    await holder.end();
  }
}
