import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exhaustConnections, lockRow } from "../../scripts/drills/contention";
import { type Finding, type Row, type Weather, weatherOn } from "../../scripts/drills/drill";
import { type Ground, type OwnGround, openOwnGround } from "../../scripts/drills/ground";
import { freezeDatabase } from "../../scripts/drills/outages";
import { liveWhole, openPooledGround } from "../../scripts/drills/pooler";
import { refuseWrites } from "../../scripts/drills/refusals";
import { silenceNewOnes, silenceOpenOnes } from "../../scripts/drills/silence";
import type { Cluster } from "../../scripts/postgres";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { hasPgBouncer } from "../support/pgbouncer";

/** What waits in vain does not wait for long here. */
const SHORT = {
  DATABASE_CONNECT_TIMEOUT_MS: "1000",
  DATABASE_STATEMENT_TIMEOUT_MS: "1500",
  DATABASE_LOCK_TIMEOUT_MS: "1000",
  DATABASE_IDLE_TRANSACTION_TIMEOUT_MS: "1000",
  VERIFY_TIMEOUT_MS: "1000",
};

let cluster: Cluster;
let ground: OwnGround;
/** Where there is no PgBouncer, `npm run drills` says so. */
let pooled: Ground | undefined;

beforeAll(async () => {
  cluster = await openMigrated(newFolder("weather"));
  [ground, pooled] = await Promise.all([
    openOwnGround({ cluster, more: SHORT }),
    hasPgBouncer() ? openPooledGround(cluster) : undefined,
  ]);
});
afterAll(async () => {
  await Promise.all([ground.close(), pooled?.close()]);
  await cluster.stop("immediate");
});

/** What does not hold, whatever else runs on this machine: what a drill measures in time is for `npm run drills`. */
function brokenOf({ findings }: Row): string[] {
  return findings.filter(({ holds, isTimed }) => !holds && !isTimed).map(({ says }) => says);
}

type Happen = (ground: OwnGround, weather: Weather) => Promise<Finding[]>;

describe("nothing hangs, nothing is lost or counted twice, and callers are served again", () => {
  test.each<[string, Happen]>([
    ["connections fall silent", (at, weather) => silenceOpenOnes(at, weather, 1_000)],
    ["new connections are never answered", (at, weather) => silenceNewOnes(at, weather, 1_000)],
    ["a row is locked while reports wait for it", (at, weather) => lockRow(at, weather, 1_500, 40, 1)],
    ["the database stands still", (at, weather) => freezeDatabase(at, weather, 1_500)],
    ["nothing can be written", (at, weather) => refuseWrites(at, weather, 1_000)],
    ["no connection is left", (at, weather) => exhaustConnections(at, weather, 1_000)],
  ])("when %s", async (title, happen) => {
    expect(brokenOf(await weatherOn(ground, title, happen))).toStrictEqual([]);
  });

  if (hasPgBouncer()) {
    test("when PgBouncer stands between, in transaction mode", async () => {
      expect(pooled && brokenOf(await weatherOn(pooled, "PgBouncer", liveWhole))).toStrictEqual([]);
    });
  }
});

// The last one: its counts stay wrong.
test("a call that is lost after it was confirmed is told of, and so is one that is counted twice", async () => {
  const row = await weatherOn(ground, "sabotage", async () => {
    await ground.query(
      "DELETE FROM usage_events WHERE (key_id, event_id) IN (SELECT key_id, event_id FROM usage_events LIMIT 1)",
    );
    return [];
  });
  expect(row).toMatchObject({ lost: 1, doubled: 1 });
});
