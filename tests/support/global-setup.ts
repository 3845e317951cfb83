import fs from "node:fs";
import type { TestProject } from "vitest/node";
import { parseEnv } from "../../lib/env";
import { migrate } from "../../scripts/migrate";
import { openCluster } from "../../scripts/postgres";
import { type Relay, startRelay } from "./relay";
import { deploymentSettings, randomSecret, scratchFolder, startServer, type TestServer } from "./server";

export type Shared = { url: string; settings: Record<string, string> };

declare module "vitest" {
  interface ProvidedContext {
    shared: Shared;
  }
}

/**
 * One PostgreSQL and one server for all HTTP tests; each test makes its own users and keys in it. In the project "neon" they,
 * and the migrations, reach it by Neon's driver through a relay.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = scratchFolder(project.name);
  const cluster = await openCluster(folder, randomSecret());
  const relay = project.name === "neon" ? await startRelay() : undefined;
  const settings = {
    ...deploymentSettings(cluster.url),
    ...(relay && { DATABASE_DRIVER: "neon", NEON_WS_PROXY: relay.address }),
  };
  let server: TestServer | undefined;
  const stop = async () => {
    await server?.stop();
    await relay?.stop();
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await seenBy(relay, () => migrate(parseEnv(settings)));
    server = await startServer(settings);
    const { url } = server;
    await seenBy(relay, () => fetch(`${url}/api/health`));
    project.provide("shared", { url, settings });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Fails the whole run where the relay sees nothing of the work: then it is not Neon's driver that does it. */
async function seenBy(relay: Relay | undefined, work: () => Promise<unknown>): Promise<void> {
  const before = relay?.connections();
  await work();
  if (relay && relay.connections() === before) throw new Error("The database was reached, but not by Neon's driver.");
}
