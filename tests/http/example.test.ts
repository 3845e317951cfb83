import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../scripts/ports";
import { call, newKey, query, shared } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { cleanEnvironment, type TestServer, until, watch } from "../support/server";

let example: TestServer;

beforeAll(async () => {
  const port = await freePort();
  const { SERVICE_API_SECRET, USAGE_WEBHOOK_SECRET } = shared().settings;
  const env = {
    ...cleanEnvironment(),
    SERVICE_API_SECRET,
    USAGE_WEBHOOK_SECRET,
    PORTAL_URL: shared().url,
    EXAMPLE_PORT: String(port),
  };
  example = watch(spawn(process.execPath, ["examples/public-api/server.mjs"], { env, stdio: ["ignore", "pipe", "pipe"] }), port);
  await until(() => example.output().includes("Example API on"), "the example to listen");
});

afterAll(() => example.stop());

const ask = (token?: string) => call("/v1/hello", token === undefined ? {} : { token }, example.url);

async function balanceOf(user: TestUser): Promise<number> {
  const { body } = await call("/api/auth/usage/", { token: user.access });
  return body.data.credits;
}

describe("the example of a Public API", () => {
  test("serves a valid key and reports each call once", async () => {
    const user = await newUser();
    const key = await newKey(user);
    for (let index = 0; index < 3; index += 1) {
      expect((await ask(key.api_key)).body).toStrictEqual({ hello: "Test API Key", credits_left: expect.any(Number) });
    }
    await until(async () => (await balanceOf(user)) === 997, "three calls to be charged");
  });

  test("refuses politely: 401 without, with an unknown and with a revoked key, 402 without credits, 403 without the permission", async () => {
    const user = await newUser();
    const [revoked, blind, poor] = [await newKey(user), await newKey(user, { permissions: ["write"] }), await newKey(user)];
    await call(`/api/auth/keys/${revoked.id}/revoke/`, { method: "POST", token: user.access });
    expect((await ask()).status).toBe(401);
    expect([(await ask("nonsense")).status, (await ask(revoked.api_key)).body.code]).toStrictEqual([401, "REVOKED"]);
    expect((await ask(blind.api_key)).status).toBe(403);
    await query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, -1000, 'adjustment')", [user.id]);
    expect([(await ask(poor.api_key)).status, await balanceOf(user)]).toStrictEqual([402, 0]);
  });

  test("reports what is left before it stops", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await ask(key.api_key);
    const exited = once(example.process, "exit");
    example.process.kill("SIGTERM");
    expect(await exited).toStrictEqual([0, null]);
    expect(await balanceOf(user)).toBe(999);
  });
});
