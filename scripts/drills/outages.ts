import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { childrenOf } from "../../tests/support/launch";
import { until } from "../../tests/support/server";
import type { Finding, Weather } from "./drill";
import type { Ground, OwnGround } from "./ground";
import { postmasterOf, serverOf, whileStopped } from "./processes";

/** Every process of PostgreSQL stands still. */
export async function freezeDatabase(ground: Ground, { away }: Weather, milliseconds: number): Promise<Finding[]> {
  const postmaster = await postmasterOf(ground);
  await away(() => whileStopped([postmaster], () => whileStopped(childrenOf(postmaster), () => pause(milliseconds))));
  return [];
}

/** The process that answers stands still. */
export async function freezePortal(ground: Ground, { away }: Weather, milliseconds: number): Promise<Finding[]> {
  await away(() => whileStopped([serverOf(ground)], () => pause(milliseconds)));
  return [];
}

/** PostgreSQL is stopped, and started again later. */
export async function stopDatabase({ cluster }: OwnGround, { away }: Weather, milliseconds: number): Promise<Finding[]> {
  await away(async () => {
    await cluster.stop();
    await pause(milliseconds);
    await cluster.start();
  });
  return [];
}

/** kill -9 of the process that started everything, which whoever looks after it starts again. */
export async function killStarter(ground: Ground, { away }: Weather): Promise<Finding[]> {
  await away(async () => {
    await ground.portal.stop("SIGKILL");
    await ground.startAgain();
  });
  return [];
}

/** kill -9 of the process that answers: its starter ends, and is started again. */
export async function killServer(ground: Ground, { away }: Weather): Promise<Finding[]> {
  await away(async () => {
    process.kill(serverOf(ground), "SIGKILL");
    await ground.portal.ended();
    await ground.startAgain();
  });
  return [];
}

/** kill -9 of one of PostgreSQL's processes that serve a connection: it ends all others and recovers by itself. */
export async function killBackend(ground: Ground, { away }: Weather): Promise<Finding[]> {
  const [busy] = await ground.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid() ORDER BY query_start DESC LIMIT 1`,
  );
  await away(() => killAndAwait(ground, Number(busy?.pid)));
  return [];
}

/** kill -9 of PostgreSQL's parent: the starter sees it, and starts it again. */
export async function killPostmaster(ground: Ground, { away }: Weather): Promise<Finding[]> {
  const postmaster = await postmasterOf(ground);
  await away(() => killAndAwait(ground, postmaster));
  return [];
}

async function killAndAwait({ databaseUrl, query }: Ground, pid: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {});
  await client.connect();
  // The others are served until PostgreSQL has noticed.
  const gone = new Promise<void>((resolve) => client.once("end", () => resolve()));
  process.kill(pid, "SIGKILL");
  await gone;
  await until(
    () =>
      query("SELECT 1").then(
        () => true,
        () => false,
      ),
    "the database to be back",
  );
}
