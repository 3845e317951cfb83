import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signUsage, signUsageAt } from "../../lib/usage/signature";
import { call, shared, type TestKey } from "../support/client";
import { registerOverHttp, type TestUser } from "../support/people";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";
import { deploymentSettings, randomSecret, startServer, type TestServer } from "../support/server";

type Secrets = Record<string, string>;

let database: ScratchDatabase;
let former: Secrets;
let present: Secrets;
let user: TestUser;
let keys: { kept: TestKey; regenerated: TestKey; unused: TestKey };
let server: TestServer;

const verifyCode = async (key: string, secret = present.SERVICE_API_SECRET) =>
  (await call("/api/keys/verify", { body: { key }, token: secret }, server.url)).body.code;

const keyIdOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;

/** What the deployment docs say of each secret, on one database: before, while and after they are rotated. */
beforeAll(async () => {
  database = await scratchDatabase();
  former = deploymentSettings(database.url);
  present = deploymentSettings(database.url);
  const APP_URL = shared().url;

  server = await startServer({ ...former, APP_URL });
  user = await registerOverHttp(server.url);
  const create = async (key_name: string): Promise<TestKey> =>
    (await call("/api/auth/keys/create/", { token: user.access, body: { key_name } }, server.url)).body.data;
  keys = { kept: await create("Kept"), regenerated: await create("Regenerated"), unused: await create("Unused") };
  await server.stop();

  const previous = ["ADMIN_API_SECRET", "KEY_HASH_SECRET", "SERVICE_API_SECRET", "USAGE_WEBHOOK_SECRET"];
  const withPrevious = Object.fromEntries(previous.map((name) => [`${name}_PREVIOUS`, former[name]]));
  server = await startServer({ ...present, ...withPrevious, APP_URL });
});
afterAll(async () => {
  await server.stop("SIGKILL");
  await database.drop();
});

describe("While secrets are rotated", () => {
  test.each([
    ["ADMIN_API_SECRET", (secret: string) => call("/api/api-keys", { headers: { "X-Admin-Secret": secret } }, server.url)],
    ["SERVICE_API_SECRET", (token: string) => call("/api/keys/verify", { body: { key: "unknown" }, token }, server.url)],
    [
      "USAGE_WEBHOOK_SECRET",
      (secret: string) => {
        const raw = JSON.stringify({ apiKey: keys.kept.api_key, delta: 1 });
        const headers = { "x-signature": signUsage(raw, secret), "x-idempotency-key": randomUUID() };
        return call("/usage", { raw, headers }, server.url);
      },
    ],
    [
      "USAGE_WEBHOOK_SECRET",
      (secret: string) => {
        const raw = JSON.stringify({ apiKey: keys.kept.api_key, delta: 1 });
        const id = randomUUID();
        const headers = { "x-signature": signUsageAt(new Date(), { body: raw, id }, secret), "x-idempotency-key": id };
        return call("/usage", { raw, headers }, server.url);
      },
    ],
  ])("the new and the former %s are accepted, and no other", async (name, request) => {
    const statuses = await Promise.all([present[name], former[name], randomSecret()].map((secret) => request(secret ?? "")));
    expect(statuses.map(({ status }) => status)).toStrictEqual([200, 200, 401]);
  });

  test("keys of before are valid", async () => {
    expect([await verifyCode(keys.kept.api_key), await verifyCode(keys.regenerated.api_key)]).toStrictEqual(["VALID", "VALID"]);
  });

  test("everybody is signed out, and can sign in again", async () => {
    expect((await call("/api/auth/profile/", { token: user.access }, server.url)).status).toBe(401);
    expect((await call("/api/auth/token/refresh/", { body: { refresh: user.refresh } }, server.url)).status).toBe(401);

    const { email, password } = user;
    const login = await call("/api/auth/login/", { body: { email, password } }, server.url);
    expect(login.status).toBe(200);
    user.access = login.body.tokens.access;
    expect((await call("/api/auth/profile/", { token: user.access }, server.url)).body.email).toBe(email);
  });

  test("the former signing keys are published no more", async () => {
    const { keys: published } = (await call("/api/auth/jwks", {}, server.url)).body;
    const kids = published.map(({ kid }: { kid: string }) => kid);
    expect(kids).toContain(keyIdOf(user.access));
    expect(kids).not.toContain(keyIdOf(user.refresh));
    expect(await database.query("SELECT 1 FROM jwks WHERE id = $1", [keyIdOf(user.refresh)])).toHaveLength(1);
  });
});

test("After KEY_HASH_SECRET is rotated, a key that was used or regenerated meanwhile is valid, and one that was not is unknown", async () => {
  const path = `/api/auth/keys/${keys.regenerated.id}/regenerate/`;
  const { data } = (await call(path, { method: "POST", token: user.access }, server.url)).body;
  await server.stop();
  server = await startServer({ ...present, APP_URL: shared().url });
  const codes = await Promise.all([data, keys.kept, keys.unused].map(({ api_key }) => verifyCode(api_key)));
  expect(codes).toStrictEqual(["VALID", "VALID", "NOT_FOUND"]);
});
