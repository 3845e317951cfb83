import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, newKey, query, shared } from "../support/client";
import { assemblePeople, run, staffActions } from "../support/doors";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { whileLocked } from "../support/races";
import { startServer, type TestServer } from "../support/server";
import { newService, revokeService } from "../support/services";
import { report } from "../support/usage";

// What one instance does, the other goes by at once. How attempts are counted across two is in throttle.test.ts.
let other: TestServer;

beforeAll(async () => {
  other = await startServer({ ...shared().settings, APP_URL: shared().url });
});
afterAll(() => other.stop("SIGKILL"));

const both = () => [shared().url, other.url];
const onBoth = async <Result>(ask: (url: string) => Promise<Result>) => Promise.all(both().map(ask));
const codes = (key: string) =>
  onBoth(async (url) => {
    const token = shared().settings.SERVICE_API_SECRET ?? "";
    return (await call("/api/keys/verify", { token, body: { key } }, url)).body.code;
  });
const profiles = (token: string) => onBoth(async (url) => (await call("/api/auth/profile/", { token }, url)).status);
const onOther = (path: string, user: TestUser, body: unknown = {}) => call(path, { token: user.access, body }, other.url);

describe("A key", () => {
  test("that was revoked on one instance is refused by the other", async () => {
    const user = await newUser();
    const key = await newKey(user);
    expect(await codes(key.api_key)).toStrictEqual(["VALID", "VALID"]);
    expect((await onOther(`/api/auth/keys/${key.id}/revoke/`, user)).status).toBe(200);
    expect(await codes(key.api_key)).toStrictEqual(["REVOKED", "REVOKED"]);
  });

  test("that was replaced on one instance has its new credential on both", async () => {
    const user = await newUser();
    const key = await newKey(user);
    expect(await codes(key.api_key)).toStrictEqual(["VALID", "VALID"]);
    const { body } = await onOther(`/api/auth/keys/${key.id}/regenerate/`, user);
    expect(await codes(key.api_key)).toStrictEqual(["NOT_FOUND", "NOT_FOUND"]);
    expect(await codes(body.data.api_key)).toStrictEqual(["VALID", "VALID"]);
  });

  test("asked for with one Idempotency-Key on both at once is made once", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    const create = (url: string) =>
      call("/api/auth/keys/create/", { token: user.access, body: { key_name: "Once" }, headers }, url);
    const lock = { text: "LOCK TABLE api_keys IN SHARE MODE" };
    const answers = await whileLocked(lock, 2, () => onBoth(create));
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([201, 409]);
    expect((await onBoth(create)).map(({ status }) => status)).toStrictEqual([409, 409]);
    expect((await call("/api/auth/settings/", { token: user.access })).body.data.api_keys).toHaveLength(1);
  });

  test("whose call is reported to both instances is charged once", async () => {
    const user = await newUser();
    const { api_key: apiKey } = await newKey(user);
    const id = randomUUID();
    const answers = await onBoth((url) => report({ apiKey, delta: 3 }, { id }, url));
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200]);
    expect(await query("SELECT credits::int FROM users WHERE id = $1", [user.id])).toStrictEqual([{ credits: 997 }]);
  });
});

describe("A person", () => {
  test("who signs out on one instance is signed out on the other", async () => {
    const user = await newUser();
    expect(await profiles(user.access)).toStrictEqual([200, 200]);
    expect((await onOther("/api/auth/logout/", user, { refresh: user.refresh })).status).toBe(200);
    expect(await profiles(user.access)).toStrictEqual([401, 401]);
    const refresh = (url: string) => call("/api/auth/token/refresh/", { body: { refresh: user.refresh } }, url);
    expect((await onBoth(refresh)).map(({ status }) => status)).toStrictEqual([401, 401]);
  });

  test("who leaves the pages on one instance finds them closed on the other", async () => {
    const cookie = await signInByCookie(await newUser());
    const pages = () =>
      onBoth(async (url) => {
        const { status, headers } = await fetch(`${url}/keys`, { headers: { Cookie: cookie }, redirect: "manual" });
        return [status, new URL(headers.get("location") ?? "/keys", url).pathname];
      });
    const open = [200, "/keys"];
    expect(await pages()).toStrictEqual([open, open]);
    const headers = { Cookie: cookie, Origin: shared().url };
    expect((await call("/api/auth/sign-out", { body: {}, headers }, other.url)).status).toBe(200);
    const closed = [307, "/sign-in"];
    expect(await pages()).toStrictEqual([closed, closed]);
  });

  test("who is banned on one instance is banned on the other: tokens, sign-in and keys", async () => {
    const people = await assemblePeople();
    const user = await newUser();
    const { api_key: key } = await newKey(user);
    expect([await profiles(user.access), await codes(key)]).toStrictEqual([
      [200, 200],
      ["VALID", "VALID"],
    ]);
    const ban = staffActions().find(({ name }) => name === "banUserAction");
    if (!ban) throw new Error("this build cannot ban");
    const fields = { user: user.id, role: "user", banned: "false", reason: "Abuse" };
    const { returned } = await run(ban, people.fresh, people, { fields, url: other.url });
    expect(returned).toMatchObject({ isDone: true });
    expect(await profiles(user.access)).toStrictEqual([401, 401]);
    expect(await codes(key)).toStrictEqual(["USER_DISABLED", "USER_DISABLED"]);
    const login = (url: string) => call("/api/auth/login/", { body: { email: user.email, password: user.password } }, url);
    expect((await onBoth(login)).map(({ status }) => status)).toStrictEqual([400, 400]);
  });
});

test("A service that was revoked is refused by both instances from two seconds on, however much it calls", async () => {
  const service = await newService({ scopes: ["verify"] });
  const ask = (url: string) => call("/api/keys/verify", { token: service.credential, body: { key: "a" } }, url);
  const statuses = async () => (await onBoth(ask)).map(({ status }) => status);
  expect(await statuses()).toStrictEqual([200, 200]);
  await revokeService(service);
  const revokedAt = performance.now();
  // What is asked for all the time is what an instance remembers.
  while (performance.now() - revokedAt < 2_000) await onBoth(ask);
  expect(await statuses()).toStrictEqual([401, 401]);
});
