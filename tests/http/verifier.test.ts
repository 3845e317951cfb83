import { afterAll, beforeAll, expect, test } from "vitest";
import { createVerifier } from "../../packages/verifier/index";
import type { Verifier } from "../../packages/verifier/types";
import { call, newKey, query, setCredits, shared } from "../support/client";
import { ask, begin } from "../support/feed";
import { newUser, type TestUser } from "../support/people";
import { type Relay, startTcpRelay } from "../support/relay";
import { until } from "../support/server";
import { newService, revokeService, type TestService } from "../support/services";

let service: TestService;
let user: TestUser;
let feedKey: string;
let relay: Relay;
let verifier: Verifier;
const narrowed: string[] = [];

beforeAll(async () => {
  service = await newService({ scopes: ["feed", "verify", "usage", "admin:read"] });
  user = await newUser();
  await newKey(user);
  feedKey = (await begin(service.credential)).keys.key;
  relay = await startTcpRelay(new URL(shared().url).host);
  verifier = open({ url: `http://${relay.address}` });
  verifier.on("narrowed", (ids) => narrowed.push(...ids));
  await verifier.ready();
});
afterAll(async () => {
  await verifier.close();
  await relay.stop();
});

function open(given: object): Verifier {
  const common = { url: shared().url, credential: service.credential, feedKey, signals: false, onStale: "refuse" as const };
  return createVerifier({ ...common, instance: "test/verifier", ...given });
}

const revoke = (id: string) => call(`/api/auth/keys/${id}/revoke/`, { method: "POST", token: user.access });
const codeOf = (credential: string, question = {}) => verifier.check(credential, question).code;

test("a process checks by itself what it learned, refuses what was revoked, and the portal knows that it does", async () => {
  const key = await newKey(user, { permissions: { sms: ["send"] }, expires_at: "2100-01-01T00:00:00Z" });
  await until(() => codeOf(key.api_key) === "VALID", "the new key");
  expect(verifier.check(key.api_key, { permission: "sms:send", secret: key.secret_key, cost: 1 })).toStrictEqual({
    source: "memory",
    ageMs: expect.any(Number),
    valid: true,
    code: "VALID",
    key_id: key.id,
    name: "Test API Key",
    user_id: user.id,
    permissions: { sms: ["send"] },
    credits: null,
    expires_at: "2100-01-01T00:00:00.000Z",
  });
  expect(codeOf(key.api_key, { permission: "sms:read" })).toBe("INSUFFICIENT_PERMISSIONS");
  expect(codeOf(key.api_key, { secret: key.api_key })).toBe("SECRET_MISMATCH");
  expect(codeOf(`${key.api_key.slice(0, -1)}${key.api_key.endsWith("a") ? "b" : "a"}`)).toBe("NOT_FOUND");

  // Whoever made it may be waiting to see its first call.
  const counted = () =>
    query("SELECT code, count::int FROM verification_days v JOIN api_keys k ON k.id = v.key_id WHERE k.uuid = $1", [key.id]);
  await until(async () => (await counted()).length > 0, "the first call");
  expect(await counted()).toStrictEqual([{ code: "VALID", count: 1 }]);

  const change = (await revoke(key.id)).headers.get("latchkey-change") ?? "";
  expect(await verifier.verify(key.api_key, { atLeast: change })).toMatchObject({
    source: "memory",
    code: "REVOKED",
    key_id: key.id,
  });
  expect(codeOf(key.api_key)).toBe("REVOKED");
  expect(narrowed).toContain(key.id);
  const confirmed = async (): Promise<{ service: string; instance: string }[]> =>
    (await (await ask(`/receipts/${change}`, service.credential)).json()).confirmed;
  const isOurs = (process: { service: string; instance: string }) =>
    process.service === service.name && process.instance === "test/verifier";
  await until(async () => (await confirmed()).some(isOurs), "the receipt");
  expect(verifier.status()).toMatchObject({ state: "READY", mode: "stream", onStale: "refuse" });
});

test("of what changes in bulk it asks, answers all else by itself meanwhile, and learns it beside the stream", async () => {
  const [still, changed, revoked] = [await newKey(user), await newKey(user), await newKey(user)];
  for (const { api_key } of [still, changed, revoked]) await until(() => codeOf(api_key) === "VALID", "the new keys");
  const states: string[] = [];
  const leave = verifier.on("stale", () => states.push("stale"));
  // More in one transaction than is told in lines.
  await query(
    `WITH marks AS (INSERT INTO key_changes (kind, narrows) SELECT 'm', false FROM generate_series(1, 50001)),
       renamed AS (UPDATE api_keys SET name = 'Renamed' WHERE uuid = $1)
     UPDATE api_keys SET revoked_at = now() WHERE uuid = $2`,
    [changed.id, revoked.id],
  );
  await until(() => codeOf(revoked.api_key) === "UNAVAILABLE", "the bulk change");
  expect(codeOf(still.api_key)).toBe("VALID");
  expect(await verifier.verify(revoked.api_key)).toMatchObject({ source: "portal", code: "REVOKED" });
  await until(() => codeOf(revoked.api_key) === "REVOKED", "the state of what changed");
  expect(verifier.check(changed.api_key)).toMatchObject({ source: "memory", code: "VALID", name: "Renamed" });
  expect([states, verifier.status().state]).toStrictEqual([[], "READY"]);
  leave();
  // The session that the snapshot was for has ended: nobody waits for its receipts.
  await until(async () => {
    const [live] = await query<{ count: number }>(
      "SELECT count(*)::int FROM verifier_sessions WHERE instance = 'test/verifier' AND ended_at IS NULL",
    );
    return live?.count === 1;
  }, "the session beside to end");
});

test("what it does not know it asks about, and what costs more than is told of a balance", async () => {
  const key = await newKey(user);
  await until(() => codeOf(key.api_key) === "VALID", "the new key");
  await query("UPDATE api_keys SET credential_seal = NULL, secret_seal = NULL WHERE uuid = $1", [key.id]);
  await until(() => codeOf(key.api_key) === "UNAVAILABLE", "that its digest is not known");
  expect(await verifier.verify(key.api_key)).toMatchObject({ source: "portal", code: "VALID", credits: 1_000, key_id: key.id });
  expect(await verifier.verify("sk_nobody_has_this_credential")).toMatchObject({ source: "portal", code: "NOT_FOUND" });

  const other = await newUser();
  const poor = await newKey(other);
  await until(() => codeOf(poor.api_key) === "VALID", "the key of somebody else");
  expect(codeOf(poor.api_key, { cost: 1_001 })).toBe("UNAVAILABLE");
  expect(await verifier.verify(poor.api_key, { cost: 1_001 })).toMatchObject({ source: "portal", code: "CREDITS_EXHAUSTED" });
  await setCredits(other, 0);
  await until(() => codeOf(poor.api_key, { cost: 1 }) === "CREDITS_EXHAUSTED", "that there are no credits");
  expect(codeOf(poor.api_key)).toBe("VALID");
});

test("calls that were served are reported, each once, the first of a key at once", async () => {
  const key = await newKey(user);
  const calls = () => query<{ calls: number }>("SELECT total_uses::int AS calls FROM api_keys WHERE uuid = $1", [key.id]);
  for (const id of ["one", "two", "two"]) expect(verifier.report({ keyId: key.id, delta: 1, id: `${key.id} ${id}` })).toBe(true);
  await until(() => verifier.status().unreported === 0, "the report");
  expect(await calls()).toStrictEqual([{ calls: 2 }]);
});

test("cut off, it refuses by itself, and goes on when it hears the portal again", async () => {
  const key = await newKey(user);
  await until(() => codeOf(key.api_key) === "VALID", "the new key");
  relay.silence("open");
  relay.silence("new");
  await until(() => verifier.status().state === "STALE", "the bound");
  expect(verifier.check(key.api_key)).toMatchObject({ valid: false, code: "UNAVAILABLE", retry_after: 1 });
  expect(await verifier.verify(key.api_key)).toMatchObject({ source: "memory", code: "UNAVAILABLE" });
  relay.silence("none");
  relay.cut("now");
  await until(() => codeOf(key.api_key) === "VALID", "the feed");
});

test("a service that was revoked is told, and checks nothing any more", async () => {
  const own = await newService({ scopes: ["feed"] });
  const ended = open({ credential: own.credential });
  await ended.ready();
  const told = new Promise<string>((resolve) => ended.on("fatal", resolve));
  await revokeService(own);
  expect(await told).toBe("The service's credential has ended.");
  expect([ended.status().state, ended.check("mf_live_x").code]).toStrictEqual(["FATAL", "UNAVAILABLE"]);
  await expect(ended.ready()).rejects.toThrow("The service's credential has ended.");
  await ended.close();
});

test("who closes it ends its session", async () => {
  const closing = open({ instance: "test/closing" });
  await closing.ready();
  await closing.close();
  expect([closing.status().state, closing.check("mf_live_x").code]).toStrictEqual(["CLOSED", "UNAVAILABLE"]);
  expect(await query("SELECT 1 FROM verifier_sessions WHERE instance = 'test/closing' AND ended_at IS NULL")).toHaveLength(0);
});
