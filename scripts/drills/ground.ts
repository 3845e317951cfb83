import fs from "node:fs";
import path from "node:path";
import { newKey, type TestKey } from "../../tests/support/client";
import { closeQueries, query } from "../../tests/support/database";
import { type Launched, launch, newFolder } from "../../tests/support/launch";
import { registerOverHttp, type TestUser } from "../../tests/support/people";
import { type Relay, startRelay, startTcpRelay } from "../../tests/support/relay";
import { deploymentSettings, randomSecret } from "../../tests/support/server";
import { type Cluster, embeddedUrl, openCluster } from "../postgres";

export const OWNERS = ["A", "B"] as const;
export type OwnerName = (typeof OWNERS)[number];
export type Owner = TestUser & { key: TestKey };

/** One reported call, which costs one credit. `isCounted` is what the portal said of it. */
export type Reported = { owner: OwnerName; id: string; isCounted: boolean };

/** Where a drill happens: a portal that was started as users start it, with two owners of a key each. */
export type Ground = {
  portal: Launched;
  /** By number: many at once looking up "localhost" wait for one another. */
  address: string;
  settings: Record<string, string>;
  owners: Record<OwnerName, Owner>;
  /** Every call that was reported here. */
  reported: Reported[];
  /** Of the database itself, past all that stands between it and the portal. */
  databaseUrl: string;
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Starts the portal again at the same address, once it has ended; from another folder where one is named. */
  startAgain(more?: Record<string, string>, dataDirectory?: string): Promise<void>;
  close(): Promise<void>;
};

/** With a PostgreSQL of one's own, and a relay between. */
export type OwnGround = Ground & { cluster: Cluster; relay: Relay };

type Place = {
  settings: Record<string, string>;
  databaseUrl(dataDirectory: string): string;
  leave(): Promise<void>;
};

/** On the database that `npm start` brings. */
export function openEmbeddedGround(more: Record<string, string> = {}): Promise<Ground> {
  const { DATABASE_URL: _, ...secrets } = deploymentSettings("");
  const databaseUrl = (folder: string) =>
    embeddedUrl(folder, fs.readFileSync(path.join(folder, "secrets", "POSTGRES_PASSWORD"), "utf8").trim());
  return open({ settings: { ...secrets, ...more }, databaseUrl, leave: async () => {} });
}

type Way = { cluster?: Cluster; url?: string; driver?: "pg" | "neon"; more?: Record<string, string> };

/** On a PostgreSQL of one's own, or on `cluster`: through a relay that speaks as the driver does, or by the address `url`. */
export async function openOwnGround({ cluster: given, url, driver = "pg", more }: Way = {}): Promise<OwnGround> {
  const cluster = given ?? (await openCluster(newFolder("drill-database"), randomSecret()));
  const { host } = new URL(cluster.url);
  const relay = await (driver === "neon" ? startRelay() : startTcpRelay(host));
  const leave = async () => {
    await relay.stop();
    if (!given) await cluster.stop("immediate");
  };
  try {
    const settings =
      driver === "neon"
        ? { ...deploymentSettings(cluster.url), DATABASE_DRIVER: "neon", NEON_WS_PROXY: relay.address }
        : deploymentSettings(url ?? cluster.url.replace(host, relay.address));
    const ground = await open({ settings: { ...settings, ...more }, databaseUrl: () => cluster.url, leave });
    return Object.assign(ground, { cluster, relay });
  } catch (error) {
    await leave();
    throw error;
  }
}

/** More than any drill uses up. */
const SIGNUP_CREDITS = "1000000";

async function open({ settings: given, databaseUrl, leave }: Place): Promise<Ground> {
  const settings = { ...given, SIGNUP_CREDITS };
  const portal = await launch({ env: settings });
  await portal.ready();
  const newOwner = async (): Promise<Owner> => {
    const user = await registerOverHttp(portal.url);
    return { ...user, key: await newKey(user, {}, portal.url) };
  };
  const ground: Ground = {
    portal,
    address: `http://127.0.0.1:${portal.port}`,
    settings,
    owners: { A: await newOwner(), B: await newOwner() },
    reported: [],
    databaseUrl: databaseUrl(portal.dataDirectory),
    query: (text, values) => query(text, values, ground.databaseUrl),
    startAgain: async (more = {}, dataDirectory = portal.dataDirectory) => {
      ground.portal = await launch({ dataDirectory, port: portal.port, env: { ...settings, ...more } });
      await ground.portal.ready();
      ground.databaseUrl = databaseUrl(dataDirectory);
    },
    close: async () => {
      await closeQueries(ground.databaseUrl);
      await ground.portal.stop();
      await leave();
    },
  };
  return ground;
}
