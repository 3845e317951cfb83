import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, adminCall, call, query, randomAddress, shared } from "../support/client";
import { newUser, signInByCookie } from "../support/people";
import { randomSecret, startServer, type TestServer, until } from "../support/server";

const LIMIT = 3;
const METRICS_TOKEN = randomSecret();
const PREVIOUS = randomSecret();
let server: TestServer;
beforeAll(async () => {
  // A hundred an hour are recorded of a door, and other tests send it wrong ones too.
  await query("DELETE FROM rate_limits WHERE key LIKE 'traces:%'");
  const limits = { AUTH_RATE_LIMIT_PER_MINUTE: String(LIMIT), METRICS_TOKEN, ADMIN_API_SECRET_PREVIOUS: PREVIOUS };
  server = await startServer({ ...shared().settings, ...limits, APP_URL: shared().url });
});
afterAll(() => server.stop("SIGKILL"));

const setting = (name: string) => shared().settings[name] ?? "";
type Headers = Record<string, string>;
type Door = {
  ask(secret: string, headers: Headers): Promise<Answer | Response>;
  right: string[];
  wrong: number;
  dialect: unknown;
};

const usage = JSON.stringify({ apiKey: "mf_live_unknown", delta: 1 });
const sign = (secret: string) => createHmac("sha256", secret).update(usage).digest("hex");
const MESSAGE = expect.stringMatching(/^Too many attempts\. Try again in \d+ seconds\.$/);
const DOORS: Record<string, () => Door> = {
  admin_secret: () => ({
    ask: (secret, headers) => call("/api/api-keys?limit=1", { headers: { ...headers, "X-Admin-Secret": secret } }, server.url),
    right: [setting("ADMIN_API_SECRET"), PREVIOUS],
    wrong: 401,
    dialect: { success: false, error: MESSAGE },
  }),
  service_secret: () => ({
    ask: (token, headers) => call("/api/keys/verify", { body: { key: "a", cost: 0 }, token, headers }, server.url),
    right: [setting("SERVICE_API_SECRET")],
    wrong: 401,
    dialect: { error: MESSAGE, code: "TOO_MANY_REQUESTS" },
  }),
  usage_signature: () => ({
    ask: (secret, headers) =>
      call("/usage", { raw: usage, headers: { ...headers, "x-signature": sign(secret), "x-idempotency-key": "a" } }, server.url),
    right: [setting("USAGE_WEBHOOK_SECRET")],
    wrong: 401,
    dialect: { error: MESSAGE },
  }),
  metrics_token: () => ({
    ask: (token, headers) => fetch(`${server.url}/metrics`, { headers: { ...headers, Authorization: `Bearer ${token}` } }),
    right: [METRICS_TOKEN],
    wrong: 404,
    dialect: { error: MESSAGE, code: "TOO_MANY_REQUESTS" },
  }),
};
const entriesFrom = (address: string, action: string) =>
  query<{ actor_kind: string; target_id: string; after: unknown }>(
    "SELECT actor_kind, target_id, after FROM audit_entries WHERE address = $1 AND action = $2 ORDER BY id",
    [address, action],
  );

describe("A wrong secret", () => {
  test.each(Object.keys(DOORS))("is throttled and on record by its network, and a right one never is: %s", async (name) => {
    const door = DOORS[name]?.();
    if (!door) throw new Error("no such door");
    const address = randomAddress();
    const headers = { "X-Forwarded-For": address };
    for (let attempt = 0; attempt < LIMIT; attempt += 1)
      expect((await door.ask(randomSecret(), headers)).status).toBe(door.wrong);
    const flood = await Promise.all(Array.from({ length: 2 * LIMIT }, () => door.ask(randomSecret(), headers)));
    for (const refused of flood) {
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
      expect(
        "body" in refused && "text" in refused && refused instanceof Response ? await refused.json() : refused.body,
      ).toStrictEqual(door.dialect);
    }
    for (const secret of door.right) expect([200, 404]).toContain((await door.ask(secret, headers)).status);
    expect((await door.ask(randomSecret(), { "X-Forwarded-For": randomAddress() })).status).toBe(door.wrong);

    await until(async () => (await entriesFrom(address, "secret.refused")).length > 1, "both entries");
    const entry = { actor_kind: "visitor", target_id: name };
    expect(await entriesFrom(address, "secret.refused")).toStrictEqual(
      expect.arrayContaining([
        { ...entry, after: {} },
        { ...entry, after: { count: LIMIT } },
      ]),
    );
    expect(await entriesFrom(address, "secret.refused")).toHaveLength(2);
  });

  test("is on record at each door, whatever was sent to others before", async () => {
    const address = randomAddress();
    const headers = { "X-Forwarded-For": address };
    const doorsOnRecord = async () => [
      ...new Set((await entriesFrom(address, "secret.refused")).map((entry) => entry.target_id)),
    ];
    const send = (door: string) => DOORS[door]?.().ask(randomSecret(), headers);
    expect([(await send("service_secret"))?.status, (await send("admin_secret"))?.status]).toStrictEqual([401, 401]);
    expect([(await send("service_secret"))?.status, (await send("usage_signature"))?.status]).toStrictEqual([401, 429]);
    await until(async () => (await doorsOnRecord()).length > 2, "an entry for each door");
    expect((await doorsOnRecord()).sort()).toStrictEqual(["admin_secret", "service_secret", "usage_signature"]);
  });

  test("is no guess where there is none", async () => {
    const headers = { "X-Forwarded-For": randomAddress() };
    for (let attempt = 0; attempt < 2 * LIMIT; attempt += 1)
      expect((await call("/api/keys/verify", { body: { key: "a" }, headers }, server.url)).status).toBe(401);
  });

  test("from one network after the other of a /48 is throttled ten times later", async () => {
    const site = `2001:db8:${randomBytes(2).toString("hex")}`;
    const ask = (network: number) => DOORS.service_secret?.().ask("wrong", { "X-Forwarded-For": `${site}:${network}::1` });
    for (let network = 0; network < 10 * LIMIT; network += 1) expect((await ask(network))?.status).toBe(401);
    expect((await ask(9999))?.status).toBe(429);
  });
});

/** What a session's use in a network is counted by. */
async function traceOf(userId: string, address: string): Promise<string> {
  const [session] = await query<{ id: string }>("SELECT id FROM sessions WHERE user_id = $1", [userId]);
  return `session.used_from_new_network user ${userId} ${address} ${session?.id}`;
}

describe("On record is as well", () => {
  test("who reads the keys of everyone through the admin API, at the first time and the tenth", async () => {
    const address = randomAddress();
    const read = (query: string) => adminCall(`/api/api-keys${query}`, { headers: { "X-Forwarded-For": address } }, server.url);
    const { id } = await newUser();
    await read(`?userId=${id}`);
    await read("?email=nobody@example.com");
    for (let time = 0; time < 10; time += 1) expect((await read("?limit=2")).status).toBe(200);
    await until(async () => (await entriesFrom(address, "keys.listed")).length > 1, "both entries");
    const entry = { actor_kind: "admin_api", target_id: "keys" };
    expect(await entriesFrom(address, "keys.listed")).toStrictEqual([
      { ...entry, after: { rows: expect.any(Number), count: 1 } },
      { ...entry, after: { rows: expect.any(Number), count: 10 } },
    ]);
  });

  test("a session that is refreshed in another network, once for each", async () => {
    const { id, refresh } = await newUser();
    const used = () =>
      query<{ address: string; actor_id: string }>(
        "SELECT address, actor_id::text FROM audit_entries WHERE target_id = $1 AND action = 'session.used_from_new_network'",
        [id],
      );
    const [session] = await query<{ ip_address: string }>("SELECT ip_address FROM sessions WHERE user_id = $1", [id]);
    const [one, other] = [randomAddress(), randomAddress()];
    for (const address of [session?.ip_address ?? "", one, one, other, one]) {
      const headers = { "X-Forwarded-For": address };
      expect((await call("/api/auth/token/refresh/", { body: { refresh }, headers }, server.url)).status).toBe(200);
    }
    await until(async () => (await used()).length > 1, "both entries");
    expect((await used()).map(({ address }) => address).sort()).toStrictEqual([one, other].sort());
    expect(new Set((await used()).map((entry) => entry.actor_id))).toStrictEqual(new Set([id]));
  });

  test("the same later, where there was no room for it", async () => {
    const { id, refresh } = await newUser();
    const used = () =>
      query("SELECT address FROM audit_entries WHERE target_id = $1 AND action = 'session.used_from_new_network'", [id]);
    const room = createHash("sha256").update(`session.used_from_new_network user ${id}`).digest("base64url");
    const full = [`traces:${room}`, Date.now() + 3_600_000];
    await query("INSERT INTO rate_limits (key, points, expire) VALUES ($1, 100, $2)", full);
    const address = randomAddress();
    const use = () =>
      call("/api/auth/token/refresh/", { body: { refresh }, headers: { "X-Forwarded-For": address } }, server.url);
    const once = createHash("sha256")
      .update(await traceOf(id, address))
      .digest("base64url");
    const counted = () => query<{ points: number }>("SELECT points FROM rate_limits WHERE key = $1", [`trace:${once}`]);
    await use();
    await until(async () => (await counted())[0]?.points === 0, "the count taken back");
    await query("DELETE FROM rate_limits WHERE key = $1", full.slice(0, 1));
    await use();
    await until(async () => (await used()).length > 0, "the entry");
    expect(await used()).toStrictEqual([{ address }]);
  });

  test("staff that read what is known of a person, each of them", async () => {
    const [person, ...staff] = await Promise.all([newUser(), newUser(), newUser()]);
    const ids = staff.map(({ id }) => id);
    await query("UPDATE users SET role = 'admin' WHERE id = ANY($1::uuid[])", [ids]);
    const address = randomAddress();
    for (const user of [...staff, ...staff]) {
      const headers = { Cookie: await signInByCookie(user), "X-Forwarded-For": address };
      for (const id of [person.id, user.id])
        expect((await fetch(`${server.url}/admin/users/${id}`, { headers })).status).toBe(200);
    }
    const entries = () =>
      query<{ actor_id: string }>(
        "SELECT actor_kind, actor_id::text, target_id, after FROM audit_entries WHERE address = $1 AND action = 'user.viewed'",
        [address],
      );
    await until(async () => (await entries()).length > 1, "both entries");
    expect((await entries()).map((entry) => entry.actor_id).sort()).toStrictEqual(ids.sort());
    expect((await entries())[0]).toMatchObject({ actor_kind: "admin", target_id: person.id, after: { count: 1 } });
  });

  test("a sign-in that fails, for whom it was meant, and never what was typed", async () => {
    const { id, email } = await newUser();
    const address = randomAddress();
    const headers = { "X-Forwarded-For": address };
    const typed = `nobody-${randomUUID()}@example.com`;
    for (const sent of [email, typed, `hunter2 ${randomUUID()}`])
      await call("/api/auth/login/", { body: { email: sent, password: "wrong" }, headers }, server.url);
    await until(async () => (await entriesFrom(address, "user.sign_in_failed")).length > 1, "both entries");
    const entries = await entriesFrom(address, "user.sign_in_failed");
    expect(entries.map((entry) => entry.target_id).sort()).toStrictEqual([id, "sign_in"].sort());
    const [found] = await query("SELECT 1 FROM audit_entries e WHERE e::text LIKE $1", [`%${typed.slice(7, 43)}%`]);
    expect(found).toBeUndefined();
  });
});
