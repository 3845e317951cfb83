import { execFile } from "node:child_process";
import { randomUUID as newId } from "node:crypto";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../app/docs/reference/document";
import type { Operation } from "../../app/docs/reference/operation";
import { SCOPES, type Scope } from "../../packages/rule/services";
import { call, newKey, query, randomAddress, shared } from "../support/client";
import { begin } from "../support/feed";
import { newUser } from "../support/people";
import { cleanEnvironment, until } from "../support/server";
import { newService, revokeService, type TestService } from "../support/services";

/** What is in no list of operations, and whether a service may call it. */
const BESIDE: Record<string, Scope | null> = { "GET /metrics": "admin:read" };
/** The table, made from the code: what each operation wants of a service; null where services have no business. */
const TABLE = [
  ...OPERATIONS.map((operation): [string, Scope | null] => [`${operation.method} ${operation.path}`, operation.scope ?? null]),
  ...Object.entries(BESIDE),
];

const services = new Map<Scope, TestService>();
let bystander = { key: "", id: 0 };
beforeAll(async () => {
  for (const scope of SCOPES) services.set(scope, await newService({ scopes: [scope] }));
  const key = await newKey(await newUser());
  const [row] = await query<{ id: number }>("SELECT id FROM api_keys WHERE uuid = $1", [key.id]);
  bystander = { key: key.api_key, id: row?.id ?? 0 };
});

const credentialOf = (scope: Scope) => services.get(scope)?.credential ?? "";
const ask = async (name: string, headers: Record<string, string>) => {
  const [method = "", path = ""] = name.split(" ");
  const operation: Operation | undefined = OPERATIONS.find((each) => each.method === method && each.path === path);
  const body = operation?.body && Object.values(operation.body.examples)[0];
  const target = path
    .replace("{sha256}", "0".repeat(64))
    .replace("{change}", "1.1")
    .replace("{id}", operation?.dialect === "admin" ? "2000000000" : "00000000-0000-4000-8000-000000000000");
  const sent = { "X-Forwarded-For": randomAddress(), "x-idempotency-key": newId(), ...headers };
  const answer = await fetch(shared().url + target, {
    method,
    headers: { ...sent, ...(body !== undefined && { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
};

describe("Each route and each scope", () => {
  test.each(TABLE.filter(([, scope]) => scope !== null))("%s wants %s, and no other is enough", async (name, wanted) => {
    for (const scope of SCOPES) {
      const { status, text } = await ask(name, { Authorization: `Bearer ${credentialOf(scope)}` });
      if (scope === wanted) expect([401, 403], `${scope}: ${text}`).not.toContain(status);
      else expect({ status, text }).toMatchObject({ status: 403, text: expect.stringContaining(`lacks the scope ${wanted}`) });
    }
  });

  test.each(TABLE.filter(([, scope]) => scope === null))("%s is nothing that a service may do", async (name) => {
    const operation = OPERATIONS.find((each) => name === `${each.method} ${each.path}`);
    if (!operation || operation.callers.length === 0 || operation.isOpen) return;
    for (const scope of SCOPES) {
      const { status } = await ask(name, { Authorization: `Bearer ${credentialOf(scope)}` });
      expect([401, 404], `${name} ${scope}`).toContain(status);
    }
  });

  test.each(OPERATIONS.filter(({ scope }) => scope))(
    "$method $path takes a shared secret of its scope, and no other",
    async (operation) => {
      const { ADMIN_API_SECRET = "", SERVICE_API_SECRET = "", USAGE_WEBHOOK_SECRET = "" } = shared().settings;
      const presented = {
        adminSecret: { "X-Admin-Secret": ADMIN_API_SECRET },
        serviceSecret: { Authorization: `Bearer ${SERVICE_API_SECRET}` },
        // Only what is made with it is taken, which other tests show.
        usageSignature: { Authorization: `Bearer ${USAGE_WEBHOOK_SECRET}`, "X-Admin-Secret": USAGE_WEBHOOK_SECRET },
      };
      const isOfFeed = operation.path.startsWith("/api/verifier/");
      const own = isOfFeed
        ? null
        : operation.scope === "verify"
          ? "serviceSecret"
          : operation.scope === "usage"
            ? "usageSignature"
            : "adminSecret";
      // For the feed there is none. Of receipts the owner may ask.
      if (own) expect(operation.callers).toStrictEqual(["service", own]);
      else expect(Object.keys(presented).filter((caller) => operation.callers.some((each) => each === caller))).toStrictEqual([]);
      for (const [caller, headers] of Object.entries(presented)) {
        const { status } = await ask(`${operation.method} ${operation.path}`, headers);
        if (caller === own && own !== "usageSignature") expect([401, 403]).not.toContain(status);
        else expect({ caller, status }).toStrictEqual({ caller, status: 401 });
      }
    },
  );

  test("each file of a route that asks who calls is in the table", () => {
    const files = readdirSync("app", { recursive: true, encoding: "utf8" }).filter((file) => /(^|\/)route\.ts$/.test(file));
    const routes = files.map(
      (file) =>
        `/${file.replace(/\/?route\.ts$/, "").replaceAll(/\(\w+\)\/|\[(\w+)\]/g, (_, name) => (name ? `{${name}}` : ""))}`,
    );
    const known = new Set([
      ...OPERATIONS.flatMap(({ path, alsoAt }) => [path, ...(alsoAt ? [alsoAt] : [])]).map((path) => path.replace(/\/$/, "")),
      ...Object.keys(BESIDE).map((name) => name.split(" ")[1]),
    ]);
    // The library's, a person's own list of calls, and what answers for addresses that there are not.
    const others = routes.filter((route) => !known.has(route));
    expect(others.filter((route) => /^\/(api|usage|metrics)/.test(route)).sort()).toStrictEqual([
      "/api/[[...path]]",
      "/api/auth/[...all]",
      "/api/unsupported-method",
      "/usage/export",
    ]);
  });
});

describe("A service's credential", () => {
  const list = (headers: Record<string, string>) => call("/api/api-keys?limit=1", { headers });
  const verify = (token: string, headers = {}) => call("/api/keys/verify", { body: { key: bystander.key }, token, headers });

  test("opens the admin API in X-Admin-Secret or as a bearer", async () => {
    const credential = credentialOf("admin:read");
    expect((await list({ "X-Admin-Secret": credential })).status).toBe(200);
    const head = await fetch(`${shared().url}/api/api-keys`, { method: "HEAD", headers: { "X-Admin-Secret": credential } });
    expect(head.status).toBe(200);
    expect((await list({ Authorization: `bearer ${credential}` })).status).toBe(200);
    // The header of that API is the one that counts.
    expect((await list({ "X-Admin-Secret": "wrong", Authorization: `Bearer ${credential}` })).status).toBe(401);
    const refused = await call("/api/api-keys/2000000000", { method: "DELETE", headers: { "X-Admin-Secret": credential } });
    expect(refused.body).toStrictEqual({ success: false, error: "This service lacks the scope admin:write" });
    expect(refused.status).toBe(403);
  });

  test("verifies, and reports usage without a signature, once", async () => {
    expect((await verify(credentialOf("verify"))).body).toMatchObject({ valid: true });
    const report = { apiKey: bystander.key, delta: 7 };
    const headers = { "x-idempotency-key": newId() };
    const send = () => call("/usage", { body: report, token: credentialOf("usage"), headers });
    expect((await send()).body).toStrictEqual({ ok: true });
    expect((await send()).body).toStrictEqual({ ok: true });
    const [day] = await query("SELECT credits::int, replayable::int FROM usage_days WHERE key_id = $1", [bystander.id]);
    expect(day).toStrictEqual({ credits: 7, replayable: 0 });
  });

  test("that is malformed, nobody's, or ended is a wrong secret", async () => {
    const ended = await newService({ scopes: [...SCOPES] });
    await revokeService(ended);
    const { credential } = await newService({ scopes: ["verify"] });
    const changed = credential.slice(0, -1) + (credential.endsWith("a") ? "b" : "a");
    const other = `${credential.slice(0, 10)}${changed.slice(10)}`;
    for (const token of [changed, other, ended.credential, credential.toUpperCase(), `${credential}x`, bystander.key]) {
      expect(await verify(token), token).toMatchObject({ status: 401, body: { code: "INVALID_SERVICE_SECRET" } });
      expect((await list({ "X-Admin-Secret": token })).status).toBe(401);
      expect((await list({ Authorization: `Bearer ${token}` })).status).toBe(401);
      expect((await call("/usage", { body: { apiKey: bystander.key, delta: 1 }, token })).status).toBe(401);
    }
  });

  test("in an address is refused, and no key", async () => {
    const credential = credentialOf("verify");
    const address = await call(`/api/keys/verify?token=${credential}`, { body: { key: bystander.key }, token: credential });
    expect(address).toMatchObject({ status: 400, body: { code: "CREDENTIAL_IN_ADDRESS" } });
    const verdict = await call("/api/keys/verify", { body: { key: credential }, token: credential });
    expect(verdict.body).toMatchObject({ valid: false, code: "NOT_FOUND" });
  });

  test("may be one of some networks alone", async () => {
    const { credential, id } = await newService({ scopes: ["verify"], networks: ["203.0.113.0/24"] });
    expect((await verify(credential, { "X-Forwarded-For": "203.0.113.9" })).status).toBe(200);
    const outside = await verify(credential, { "X-Forwarded-For": "198.51.100.9" });
    expect(outside).toMatchObject({ status: 403, body: { code: "NETWORK_NOT_ALLOWED" } });
    const entries = () =>
      query(
        "SELECT actor_kind, actor_id::text AS actor, after FROM audit_entries WHERE target_id = $1 AND action = 'service.refused'",
        [id],
      );
    await until(async () => (await entries()).length > 0, "the refusal is recorded");
    expect(await entries()).toStrictEqual([
      { actor_kind: "service", actor: id, after: { reason: "network_not_allowed", count: 1 } },
    ]);
  });

  test("may report for some owners, and so many credits, alone", async () => {
    const owner = await newUser();
    const key = await newKey(owner);
    const { credential: token } = await newService({ scopes: ["usage"], owners: [owner.id], perReport: 10, perMinute: 15 });
    const report = (apiKey: string, delta: number) =>
      call("/usage", { body: { apiKey, delta }, token, headers: { "x-idempotency-key": newId() } });
    expect((await report(bystander.key, 1)).status).toBe(403);
    expect((await report(key.api_key, 11)).status).toBe(403);
    expect((await report(key.api_key, 10)).status).toBe(200);
    expect((await report(key.api_key, 6)).status).toBe(429);
    const events = [
      { id: newId(), apiKey: key.api_key, delta: 2 },
      { id: newId(), apiKey: bystander.key, delta: 3 },
    ];
    expect((await call("/usage", { body: { events }, token })).body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, error: "This service may not report usage of this owner" }],
    });
    // The three credits that were not counted were not taken.
    expect((await report(key.api_key, 3)).status).toBe(200);
  });

  test("is answered a report again as before, whatever of its bounds is used up, and one that comes twice at once, too", async () => {
    const key = await newKey(await newUser());
    const { credential: token, id } = await newService({ scopes: ["usage"], perReport: 10, perMinute: 10 });
    const report = () => ({ body: { apiKey: key.api_key, delta: 10 }, token, headers: { "x-idempotency-key": newId() } });
    const first = report();
    const answers = await Promise.all(Array.from({ length: 8 }, () => call("/usage", first)));
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(8).fill(200));
    expect((await call("/usage", report())).status).toBe(429);
    await query("UPDATE services SET max_credits_per_report = 1 WHERE id = $1", [id]);
    expect((await call("/usage", first)).status).toBe(200);
    const counted = `SELECT calls::int, d.credits::int FROM usage_days d JOIN api_keys k ON k.id = d.key_id WHERE k.uuid = $1`;
    expect(await query(counted, [key.id])).toStrictEqual([{ calls: 1, credits: 10 }]);
  });

  test("acts under its own name", async () => {
    const { credential, id } = await newService({ scopes: ["admin:write"] });
    const { id: userId } = await newUser();
    const made = await call("/api/api-keys", { body: { userId }, headers: { "X-Admin-Secret": credential } });
    const [entry] = await query(
      "SELECT actor_kind, actor_id::text AS actor FROM audit_entries WHERE target_kind = 'api_key' AND target_id = $1",
      [String(made.body.key.id)],
    );
    expect(entry).toStrictEqual({ actor_kind: "service", actor: id });
  });
});

test("a leaked credential is found by what is shown of it, and replaced by the command; nobody else notices", async () => {
  const bystanding = await newService({ scopes: ["verify"] });
  const name = `Billing ${newId()}`;
  const verify = async (token: string) => (await call("/api/keys/verify", { body: { key: bystander.key }, token })).status;
  const { credential: leaked, feedKey } = await command("create", name, "--scopes", "feed,verify,admin:read", "--json");
  expect(await verify(leaked)).toBe(200);
  expect((await begin(leaked)).keys.key).toBe(feedKey);

  const { services } = await command("list", "--json");
  const masked = `${leaked.slice(0, 10)}...`;
  const holds = ({ credentials }: { credentials: { masked: string }[] }) => credentials.some((each) => each.masked === masked);
  expect(services.filter(holds).map((each: { name: string }) => each.name)).toStrictEqual([name]);
  const { credential: fresh } = await command("rotate", name, "--overlap", "0", "--json");
  await until(async () => {
    expect(await verify(bystanding.credential)).toBe(200);
    expect(await verify(fresh)).toBe(200);
    return (await verify(leaked)) === 401;
  }, "the leaked credential is refused");
});

/** `npm run admin -- services …`, and what it prints as JSON. */
async function command(...args: string[]) {
  const env = { ...cleanEnvironment(), ...shared().settings };
  const all = ["--conditions=react-server", "scripts/run.mjs", "admin", "services", ...args];
  return JSON.parse((await promisify(execFile)(process.execPath, all, { env })).stdout);
}
