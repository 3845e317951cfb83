import fs from "node:fs";
import { applyMigrations } from "../../scripts/migrate";
import { openCluster } from "../../scripts/postgres";
import { deploymentSettings, randomSecret, scratchFolder, startServer } from "../support/server";

/** One PostgreSQL and one server for all browser tests. Tests read where it is, and its secrets, through fixtures.ts. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = scratchFolder("browser");
  const cluster = await openCluster(folder, randomSecret());
  await applyMigrations(cluster.url);
  // All tests come from one address, so the limit per address would refuse them.
  const settings = { ...deploymentSettings(cluster.url), AUTH_RATE_LIMIT_PER_MINUTE: "1000" };
  const server = await startServer(settings);
  process.env.LATCHKEY_BROWSER_TESTS = JSON.stringify({ url: server.url, settings });
  return async () => {
    await server.stop();
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  };
}
