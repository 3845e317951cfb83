import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../../scripts/migrate";
import { type Cluster, openCluster } from "../../scripts/postgres";
import { type Balancer, startBalancer } from "../support/balancer";
import { newKey } from "../support/client";
import { newFolder } from "../support/launch";
import { registerOverHttp } from "../support/people";
import { restartUnderLoad } from "../support/rolling";
import { deploymentSettings, randomSecret, startServer, type TestServer } from "../support/server";

let cluster: Cluster;
let settings: Record<string, string>;
let instances: TestServer[];
let balancer: Balancer;

beforeAll(async () => {
  cluster = await openCluster(newFolder("rolling"), randomSecret());
  await applyMigrations(cluster.url);
  settings = deploymentSettings(cluster.url);
  instances = await Promise.all([startServer(settings), startServer(settings)]);
  balancer = await startBalancer(instances.map(({ port }) => port));
});

afterAll(async () => {
  await balancer.stop();
  await Promise.all(instances.map((instance) => instance.stop("SIGKILL")));
  await cluster.stop("immediate");
});

test("of two instances behind a proxy, one restarted after the other, nobody notices anything", async () => {
  const { api_key: key } = await newKey(await registerOverHttp(instances[0]?.url), {}, instances[0]?.url);
  const request = {
    method: "POST",
    headers: { Authorization: `Bearer ${settings.SERVICE_API_SECRET}`, "Content-Type": "application/json" },
    body: JSON.stringify({ key, cost: 0 }),
  };
  const verify = async () => {
    const response = await fetch(`${balancer.url}/api/keys/verify`, request);
    const text = await response.text();
    return response.status === 200 && text.includes('"valid":true') ? undefined : `${response.status} ${text}`;
  };
  const restarts = instances.map(({ port }, index) => async () => {
    await instances[index]?.stop();
    instances[index] = await startServer({ ...settings, PORT: String(port) });
  });
  const { answered, failed } = await restartUnderLoad(verify, restarts);
  expect(failed).toStrictEqual([]);
  expect(answered).toBeGreaterThan(0);
  // Most were sent on connections that were open already, which is where a stop can lose them.
  expect(balancer.counts.reused).toBeGreaterThan(balancer.counts.opened);
});
