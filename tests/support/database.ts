import pg from "pg";
import { shared } from "./portal";

const pools = new Map<string, pg.Pool>();

/**
 * Runs SQL as an operator would. Only ever on this machine: the tests refuse any other database. What it sets for its
 * session, others find there.
 * @param url another database than the shared portal's
 */
export async function query<Row extends pg.QueryResultRow>(
  text: string,
  values: unknown[] = [],
  url = shared().operatorUrl,
): Promise<Row[]> {
  return (await poolOf(url).query<Row>(text, values)).rows;
}

/** Connections that are kept for a moment: opening one costs more than most statements. */
function poolOf(connectionString: string): pg.Pool {
  const { hostname } = new URL(connectionString);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) throw new Error(`tests refuse the database at ${hostname}`);
  const pool = pools.get(connectionString) ?? new pg.Pool({ connectionString, max: 4, allowExitOnIdle: true });
  if (!pools.has(connectionString)) {
    // One that its database ended, as tests make some do, is replaced when it is needed.
    pool.on("error", () => {});
    pools.set(connectionString, pool);
  }
  return pool;
}

/** Closes what is open to a database that is about to go. */
export async function closeQueries(url: string): Promise<void> {
  const open = pools.get(url);
  pools.delete(url);
  await open?.end();
}
