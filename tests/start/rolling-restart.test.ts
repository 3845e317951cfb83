import fs from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../../scripts/postgres";
import { startBalancer } from "../support/balancer";
import { newKey } from "../support/client";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { registerOverHttp } from "../support/people";
import { PROXIES, startProxy } from "../support/proxies";
import { restartUnderLoad, verifier } from "../support/rolling";
import { deploymentSettings, startServer, type TestServer } from "../support/server";

let cluster: Cluster;
let settings: Record<string, string>;
let instances: TestServer[];
let key: string;

beforeAll(async () => {
  cluster = await openMigrated(newFolder("rolling"));
  settings = deploymentSettings(cluster.url);
  instances = await Promise.all([startServer(settings), startServer(settings)]);
  const url = instances[0]?.url;
  key = (await newKey(await registerOverHttp(url), {}, url)).api_key;
});

afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.stop("SIGKILL")));
  await cluster.stop("immediate");
});

const ports = () => instances.map(({ port }) => port);

/** Restarts both, and answers what those who called through `url` meanwhile were told instead of a verdict. */
async function failuresAt(url: string): Promise<string[]> {
  const restarts = ports().map((port, index) => async () => {
    await (instances[index] && stopWhileAwaited(instances[index]));
    instances[index] = await startServer({ ...settings, PORT: String(port) });
  });
  return (await restartUnderLoad(verifier(url, settings, key), restarts)).failed;
}

/** As on a busy machine: while the process does not get its turn, callers open connections to it, and then it is to stop. */
async function stopWhileAwaited(instance: TestServer): Promise<void> {
  instance.process.kill("SIGSTOP");
  await pause(150);
  const stopped = instance.stop();
  instance.process.kill("SIGCONT");
  await stopped;
}

test("of two instances behind a proxy, one restarted after the other, nobody notices anything", async () => {
  const balancer = await startBalancer(ports());
  try {
    expect(await failuresAt(balancer.url)).toStrictEqual([]);
    // Most were sent on connections that were open already, which is where a stop can lose them.
    expect(balancer.counts.reused).toBeGreaterThan(balancer.counts.opened);
  } finally {
    await balancer.stop();
  }
});

for (const name of PROXIES) {
  test(`${name}, by its file in deploy/, reaches both, keeps /metrics to itself and refuses programs without https`, async () => {
    const proxy = await startProxy(name, ports());
    try {
      // What Caddy does depends on when it last asked for their health, so it is not held to this here.
      if (name === "nginx") expect(await failuresAt(proxy.url)).toStrictEqual([]);
      for (const path of ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/metrics?a=b"]) {
        const { status, headers } = await fetch(proxy.url + path);
        expect({ path, status, isOurs: headers.has("x-request-id") }).toStrictEqual({ path, status: 404, isOurs: false });
      }
      expect((await fetch(`${proxy.url}/api/health/`)).status).toBe(200);

      // Without https programs are refused, and people are led to it.
      for (const path of ["/api", "/api/keys/verify", "/api/auth/login/", "/%61pi/api-keys", "/usage", "/usage/"]) {
        const refusal = await fetch(proxy.plainUrl + path, { method: "POST", body: "{}", redirect: "manual" });
        expect([path, refusal.status, refusal.headers.get("content-type")]).toStrictEqual([path, 403, "application/json"]);
        expect(await refusal.json()).toMatchObject({ success: false, error: "Use https.", error_code: "HTTPS_REQUIRED" });
      }
      const page = await fetch(`${proxy.plainUrl}/sign-in?next=%2Fkeys`, { redirect: "manual" });
      expect([page.status, page.headers.get("location")]).toStrictEqual([308, "https://localhost/sign-in?next=%2Fkeys"]);
    } finally {
      await proxy.stop();
    }
  });
}

test("the unit for one of several instances differs from that for one alone in its port only", () => {
  const linesOf = (name: string) => fs.readFileSync(`deploy/${name}`, "utf8").split("\n");
  const alone = linesOf("latchkey.service");
  expect(linesOf("latchkey@.service").filter((line) => !alone.includes(line))).toStrictEqual([
    "Description=Latchkey, the API key portal, on port %i",
    "# Settings are in .env there, a link to /etc/latchkey/env; the environment's own values win.",
    "Environment=PORT=%i",
  ]);
});
