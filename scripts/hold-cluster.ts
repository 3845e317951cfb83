import pg from "pg";
import type { Environment } from "./environment";

/** Only has to be the same for every start. */
const LOCK = 7_261_002;

/**
 * Keeps the embedded PostgreSQL running while this process does: started again should it die, and stopped by the last
 * process that holds it. Does nothing for a database of one's own.
 * @returns a function that lets go
 */
export async function holdCluster({ cluster }: Environment): Promise<() => Promise<void>> {
  if (!cluster) return async () => {};
  let isReleased = false;
  let client: pg.Client | undefined;

  const hold = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: cluster.url });
    next.on("error", () => {});
    next.once("end", () => {
      if (!isReleased) void recover();
    });
    await next.connect();
    await next.query("SELECT pg_advisory_lock_shared($1)", [LOCK]);
    client = next;
  };
  const recover = async (): Promise<void> => {
    console.error("PostgreSQL stopped; starting it again…");
    while (!isReleased) {
      try {
        await cluster.start();
        return await hold();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  };
  await hold();

  return async () => {
    isReleased = true;
    try {
      await client?.query("SELECT pg_advisory_unlock_shared($1)", [LOCK]);
      const result = await client?.query<{ alone: boolean }>("SELECT pg_try_advisory_lock($1) AS alone", [LOCK]);
      await client?.end();
      if (result?.rows[0]?.alone) await cluster.stop();
    } catch {
      // It is gone already.
    }
  };
}
