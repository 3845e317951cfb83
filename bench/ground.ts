import type { deploymentSettings, Settings, TestServer } from "../tests/support/server";
import type { Side } from "./measure";
import type { Peer } from "./peer";
import type { Measure } from "./report";
import type { Owner } from "./seed";

export const FULL = { rounds: 7, milliseconds: 1000, keys: 10_000, manyKeys: 1_000_000, manyUsers: 100_000, verifies: 20_000 };
export const QUICK = { rounds: 3, milliseconds: 150, keys: 1_000, manyKeys: 20_000, manyUsers: 4_000, verifies: 500 };

/** What every group of measures works on: one scratch PostgreSQL for all sides, and a build with two bare routes. */
export type Bench = {
  scale: typeof FULL;
  databaseUrl: string;
  settings: ReturnType<typeof deploymentSettings>;
  owner: Owner;
  peer: Peer;
  measure(measure: Measure, pair: { ours: Side; other: Side }, milliseconds?: number): Promise<void>;
  start(settings: Settings): Promise<TestServer>;
};
