import fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../../scripts/migrate";
import { type Cluster, openCluster } from "../../scripts/postgres";
import { startRelay } from "../support/relay";
import { deploymentSettings, randomSecret, scratchFolder, startServer, type TestServer } from "../support/server";

let folder: string;
let cluster: Cluster;
let relay: Awaited<ReturnType<typeof startRelay>>;
let server: TestServer | undefined;

beforeAll(async () => {
  folder = scratchFolder("neon");
  cluster = await openCluster(folder, randomSecret());
  relay = await startRelay();
});

afterAll(async () => {
  await server?.stop();
  await relay.stop();
  await cluster.stop("immediate");
  fs.rmSync(folder, { recursive: true, force: true });
});

test("through the Neon driver keys are made, listed and verified", async () => {
  await applyMigrations(cluster.url);
  const settings: Record<string, string> = {
    ...deploymentSettings(cluster.url),
    DATABASE_DRIVER: "neon",
    NEON_WS_PROXY: relay.address,
  };
  server = await startServer(settings);
  const post = async (path: string, token: string | undefined, body: unknown) => {
    const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
    const response = await fetch(server?.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  const password = "a password for Neon";
  const person = { email: "neon@example.com", password, password_confirm: password, first_name: "N", last_name: "E" };
  const registered = await post("/api/auth/register/", undefined, person);
  expect(registered.status).toBe(201);
  const created = await post("/api/auth/keys/create/", registered.body.tokens.access, { key_name: "Through Neon" });
  expect(created.status).toBe(201);
  const regenerated = await post(`/api/auth/keys/${created.body.data.id}/regenerate/`, registered.body.tokens.access, {});
  const verified = await post("/api/keys/verify", settings.SERVICE_API_SECRET, {
    keys: [created.body.data.api_key, regenerated.body.data.api_key],
  });
  expect(verified.body.results.map(({ code }: { code: string }) => code)).toStrictEqual(["NOT_FOUND", "VALID"]);
  // It was this driver that did it.
  expect(relay.connections()).toBeGreaterThan(0);
});
