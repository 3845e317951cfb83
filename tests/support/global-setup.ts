import fs from "node:fs";
import type { TestProject } from "vitest/node";
import { applyMigrations } from "../../scripts/migrate";
import { openCluster } from "../../scripts/postgres";
import { deploymentSettings, randomSecret, scratchFolder, startServer } from "./server";

export type Shared = { url: string; settings: Record<string, string> };

declare module "vitest" {
  interface ProvidedContext {
    shared: Shared;
  }
}

/** One PostgreSQL and one server for all HTTP tests; each test makes its own users and keys in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = scratchFolder("api");
  const cluster = await openCluster(folder, randomSecret());
  await applyMigrations(cluster.url);
  const settings = deploymentSettings(cluster.url);
  const server = await startServer(settings);
  project.provide("shared", { url: server.url, settings });
  return async () => {
    await server.stop();
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  };
}
