import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signUsage } from "../../lib/usage/signature";
import type { Cluster } from "../../scripts/postgres";
import { type Answer, call, randomEmail } from "../support/client";
import { query } from "../support/database";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { registerOverHttp } from "../support/people";
import { type Relay, startRelay, startTcpRelay } from "../support/relay";
import { deploymentSettings, startServer, type TestServer, until } from "../support/server";

let cluster: Cluster;
let deployment: Record<string, string>;

beforeAll(async () => {
  cluster = await openMigrated(newFolder("connections"));
  // One database has one set of secrets.
  deployment = deploymentSettings(cluster.url);
});

afterAll(() => cluster.stop("immediate"));

describe.each(["pg", "neon"] as const)("through the driver %s", (driver) => {
  let relay: Relay;
  let server: TestServer;
  let settings: Record<string, string>;
  let token: string;
  let key: { id: string; api_key: string };

  beforeAll(async () => {
    const { host } = new URL(cluster.url);
    relay = driver === "neon" ? await startRelay() : await startTcpRelay(host);
    settings =
      driver === "neon"
        ? { ...deployment, DATABASE_DRIVER: "neon", NEON_WS_PROXY: relay.address }
        : { ...deployment, DATABASE_URL: cluster.url.replace(host, relay.address) };
    server = await startServer(settings);
    token = (await registerOverHttp(server.url)).access;
    key = (await create({ key_name: "First" })).body.data;
  });

  afterAll(async () => {
    await server.stop("SIGKILL");
    await relay.stop();
  });

  const create = (body: unknown, headers: Record<string, string> = {}) =>
    call("/api/auth/keys/create/", { token, body, headers }, server.url);
  const verify = () =>
    call("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body: { key: key.api_key } }, server.url);
  const profile = () => call("/api/auth/profile/", { token }, server.url);
  const expectFailure = ({ status, body }: Answer) =>
    expect([status, body.error_code]).toStrictEqual([503, "TEMPORARILY_UNAVAILABLE"]);

  test("a database that takes six seconds to wake up is waited for", async () => {
    relay.cut("now");
    relay.delay(6_000);
    try {
      const answers = await Promise.all([verify(), profile(), create({ key_name: `After a sleep ${driver}` })]);
      expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 201]);
    } finally {
      relay.delay(0);
    }
    expect(await keysNamed(`After a sleep ${driver}`)).toBe(1);
  });

  test("connections that were cut while idle are replaced", async () => {
    const before = relay.connections();
    relay.cut("now");
    expect((await create({ key_name: "After a cut" })).status).toBe(201);
    expect((await verify()).status).toBe(200);
    expect(relay.connections()).toBeGreaterThan(before);
  });

  test("connections that turn out to be dead when they are used are replaced, for reads", async () => {
    for (const read of [verify, profile]) {
      expect((await read()).status).toBe(200);
      relay.cut("on use");
      expect((await read()).status).toBe(200);
    }
  });

  test("connections that died while idle for long are found out before a write depends on them", async () => {
    // Signing in writes by Prisma and by the limiter, before it has read anything.
    const login = () => call("/api/auth/login/", { body: { email: randomEmail(), password: "wrong" } }, server.url);
    await Promise.all([login(), login(), login()]);
    relay.cut("on use");
    await pause(5_500);
    expect((await login()).status).toBe(400);
    expect((await create({ key_name: `After a pause ${driver}` })).status).toBe(201);
    expect(await keysNamed(`After a pause ${driver}`)).toBe(1);
  });

  test.each([
    ["one of our own statements", "find-key", verify],
    ["one of Prisma's", '"public"."users"', profile],
  ])("a read whose answer is lost is repeated: %s", async (_, text, read) => {
    relay.lose("answer", text);
    const before = relay.connections();
    expect((await read()).status).toBe(200);
    expect(relay.connections()).toBeGreaterThan(before);
  });

  test.each([
    ["question", "create-key", 0, 201],
    ["answer", "create-key", 0, 201],
    ["answer", "COMMIT", 1, 409],
  ] as const)(
    "a new key is never made twice: where the %s of %s is lost %i was made, and asking again answers %i",
    async (what, of, made, again) => {
      const name = `Lost ${what} ${made} ${driver}`;
      const headers = { "Idempotency-Key": randomUUID() };
      relay.lose(what, of);
      expectFailure(await create({ key_name: name }, headers));
      expect(await keysNamed(name)).toBe(made);
      expect((await create({ key_name: name }, headers)).status).toBe(again);
      expect(await keysNamed(name)).toBe(1);
    },
  );

  test("a transaction that is lost before its end has done nothing, and one whose end is lost is done once", async () => {
    const regenerate = () => call(`/api/auth/keys/${key.id}/regenerate/`, { method: "POST", token }, server.url);
    // What is done besides has transactions as well: of one that was lost in place of this one nobody is told.
    const regenerateWithout = async (part: "question" | "answer") => {
      for (let attempt = 1; ; attempt += 1) {
        const before = await replaced(key.id);
        relay.lose(part, "COMMIT");
        const answer = await regenerate();
        if (answer.status !== 200 || attempt === 3) return { answer, done: (await replaced(key.id)) - before };
      }
    };
    const unasked = await regenerateWithout("question");
    expectFailure(unasked.answer);
    expect(unasked.done).toBe(0);
    const unanswered = await regenerateWithout("answer");
    expectFailure(unanswered.answer);
    expect(unanswered.done).toBe(1);
  });

  test("usage whose confirmation is lost is reported again, and counted once", async () => {
    const raw = JSON.stringify({ events: [{ id: randomUUID(), keyId: key.id, delta: 3 }] });
    const headers = { "x-signature": signUsage(raw, settings.USAGE_WEBHOOK_SECRET ?? "") };
    const report = () => call("/usage", { raw, headers }, server.url);
    relay.lose("answer", "COMMIT");
    expect((await report()).status).toBe(503);
    expect((await report()).body).toStrictEqual({ ok: true, accepted: 0, duplicates: 1, rejected: [] });
  });
});

test.each(["pg", "neon"])(
  "a host that is not known is told in one sentence, in the log and in /api/health: %s",
  async (driver) => {
    const settings = deploymentSettings("postgresql://someone:a-password@latchkey.invalid/latchkey");
    const server = await startServer({ ...settings, DATABASE_DRIVER: driver });
    try {
      const { status, body } = await call("/api/health", {}, server.url);
      expect([status, body.status, body.database]).toStrictEqual([503, "error", "unreachable"]);
      const line = () => server.output().includes("The database could not be reached: its host name is not known.");
      await until(line, "the sentence in the log");
      expect(server.output()).not.toContain("a-password");
    } finally {
      await server.stop("SIGKILL");
    }
  },
);

async function keysNamed(name: string): Promise<number> {
  return count("SELECT count(*)::int AS n FROM api_keys WHERE name = $1", name);
}

async function replaced(uuid: string): Promise<number> {
  return count(
    "SELECT count(*)::int AS n FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id WHERE k.uuid::text = $1",
    uuid,
  );
}

async function count(text: string, value: string): Promise<number> {
  return (await query<{ n: number }>(text, [value], cluster.url))[0]?.n ?? -1;
}
