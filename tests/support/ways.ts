import fs from "node:fs";
import path from "node:path";
import { parseEnv } from "../../lib/settings/env";
import { MADE_SECRETS } from "../../lib/settings/preview-secrets";
import { migrate } from "../../scripts/migrate";
import { type Cluster, embeddedUrl, openCluster, superuserUrl } from "../../scripts/postgres";
import { type Launched, launch, newFolder } from "./launch";
import { migratedFolder, openMigrated } from "./migrated";
import type { Portal } from "./portal";
import { type Relay, startRelay } from "./relay";
import { makeTemplate } from "./scratch-database";
import { deploymentSettings, randomSecret } from "./server";

/** How the portal reaches its database: its own one, held while it runs; one by address; one by address and Neon's driver. */
const WAYS = ["embedded", "url", "neon"] as const;
export type Way = (typeof WAYS)[number];

type StartedPortal = Portal & { stop(): Promise<void> };

/** Starts the portal as `npm start` does, on one of the ways. */
export async function startPortal(way: Way, more: Record<string, string> = {}): Promise<StartedPortal> {
  if (way === "embedded") return startEmbedded(more);
  const database = await openDatabase(way);
  try {
    const started = await launch({ env: { ...database.settings, ...more } });
    await database.seen(() => started.ready());
    return {
      url: started.url,
      settings: { ...database.settings, ...more },
      operatorUrl: database.operatorUrl,
      stop: async () => {
        await stopAndRemove(started);
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function startEmbedded(more: Record<string, string>): Promise<StartedPortal> {
  const started = await launch({ dataDirectory: await migratedFolder(), env: more });
  await started.ready();
  const secret = (name: string) => fs.readFileSync(path.join(started.dataDirectory, "secrets", name), "utf8").trim();
  const settings: Record<string, string> = {
    ...Object.fromEntries(MADE_SECRETS.map((name) => [name, secret(name)])),
    DATABASE_URL: embeddedUrl(started.dataDirectory, secret("POSTGRES_PASSWORD")),
    ...more,
  };
  const operatorUrl = superuserUrl(started.dataDirectory);
  return { url: started.url, settings, operatorUrl, stop: () => stopAndRemove(started) };
}

async function stopAndRemove(started: Launched): Promise<void> {
  await started.stop();
  fs.rmSync(started.dataDirectory, { recursive: true, force: true });
}

type TestDatabase = Pick<Portal, "settings" | "operatorUrl"> & {
  /** Fails where the work does not reach the database by the driver that it should. */
  seen<Result>(work: () => Promise<Result>): Promise<Result>;
  stop(): Promise<void>;
};

/** A PostgreSQL for tests, migrated, and the settings of a portal that uses it. */
export async function openDatabase(way: "url" | "neon"): Promise<TestDatabase> {
  const folder = newFolder(way);
  let cluster: Cluster | undefined;
  let relay: Relay | undefined;
  const stop = async () => {
    await relay?.stop();
    await cluster?.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    // Migrations by Neon's driver are part of what is tested.
    cluster = way === "neon" ? await openCluster(folder, randomSecret()) : await openMigrated(folder);
    relay = way === "neon" ? await startRelay() : undefined;
    const settings = {
      ...deploymentSettings(cluster.url),
      ...(relay && { DATABASE_DRIVER: "neon", NEON_WS_PROXY: relay.address }),
    };
    const seen = async <Result>(work: () => Promise<Result>) => {
      const before = relay?.connections();
      const result = await work();
      if (relay && relay.connections() === before) throw new Error("The database was reached, but not by Neon's driver.");
      return result;
    };
    const operatorUrl = superuserUrl(folder);
    if (way === "neon") {
      await seen(() => migrate(parseEnv(settings)));
      await makeTemplate(settings, operatorUrl);
    }
    return { settings, operatorUrl, seen, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
