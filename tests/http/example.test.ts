import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { REFUSALS } from "../../app/docs/reference/guarding";
import { freePort } from "../../scripts/ports";
import { call, newKey, query, setCredits, shared } from "../support/client";
import { FAULTS, type FakePortal, type Fault, refuse, startFakePortal } from "../support/fake-portal";
import { newUser, type TestUser } from "../support/people";
import { cleanEnvironment, scratchFolder, type TestServer, until, watch } from "../support/server";

const EXAMPLE = "examples/public-api/server.mjs";

/** The portal, or what is in its place for once. */
let front: FakePortal;
let folder: string;
let example: TestServer;

beforeAll(async () => {
  front = await startFakePortal(shared().url);
  folder = scratchFolder("example");
  example = await startExample();
});

afterAll(async () => {
  await example.stop();
  await front.stop();
  fs.rmSync(folder, { recursive: true });
});

afterEach(() => front.failAlways("/usage"));

const journalOf = ({ port }: TestServer) => path.join(folder, "example", `usage-${port}.jsonl`);

/** @param before what the shell does first, such as setting a limit */
async function startExample(port?: number, before = ""): Promise<TestServer> {
  const own = port ?? (await freePort());
  const { SERVICE_API_SECRET, USAGE_WEBHOOK_SECRET } = shared().settings;
  const env = {
    ...cleanEnvironment(),
    SERVICE_API_SECRET,
    USAGE_WEBHOOK_SECRET,
    PORTAL_URL: front.url,
    EXAMPLE_PORT: String(own),
    DATA_DIR: folder,
  };
  const script = `${before} exec "$0" "$@"`;
  const child: ChildProcess = spawn("bash", ["-c", script, process.execPath, EXAMPLE], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const server = watch(child, own);
  await until(() => server.output().includes("Example API on"), "the example to listen");
  return server;
}

const ask = (token?: string, url = example.url) => call("/v1/hello", token === undefined ? {} : { token }, url);

async function balanceOf(user: TestUser): Promise<number> {
  const { body } = await call("/api/auth/usage/", { token: user.access });
  return body.data.credits;
}

/** Calls that were answered, of so many. */
async function served(count: number, key: { api_key: string }, url: string): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(key.api_key, url)));
  return answers.filter(({ status }) => status === 200).length;
}

describe("the example of a Public API", () => {
  test("serves a valid key and reports each call once, by its path alone", async () => {
    const user = await newUser();
    const key = await newKey(user);
    for (const address of ["/v1/hello", `/v1/hello?key=${key.api_key}`, `/v1/hello?${"a".repeat(15_000)}`]) {
      const answer = await call(address, { headers: { Authorization: `Bearer  ${key.api_key}` } }, example.url);
      expect(answer.body).toStrictEqual({ hello: "Test API Key", credits_left: expect.any(Number) });
    }
    await until(async () => (await balanceOf(user)) === 997, "three calls to be charged");
    const events = await query("SELECT endpoint FROM usage_events e JOIN api_keys k ON k.id = e.key_id WHERE k.uuid = $1", [
      key.id,
    ]);
    expect(events).toStrictEqual(Array(3).fill({ endpoint: "/v1/hello" }));
    expect(fs.readFileSync(journalOf(example), "utf8")).not.toContain(key.api_key);
  });

  test("tells the time by the portal's clock, as its own may be off", async () => {
    const anHourAgo = new Date(Math.floor(Date.now() / 1000 - 3600) * 1000);
    const [user, keyId] = [await newUser(), crypto.randomUUID()];
    const key = await newKey(user);
    const verdict = JSON.stringify({ valid: true, code: "VALID", key_id: keyId, name: "x", credits: 1 });
    front.fail("/api/keys/verify", refuse(200, verdict, { Date: anHourAgo.toUTCString() }));
    await ask(key.api_key);
    const reports = () => front.asked.filter(({ path, body }) => path === "/usage" && body.includes(keyId));
    await until(() => reports().length > 0, "the call to be reported");
    expect(JSON.parse(reports()[0]?.body ?? "").events[0].ts).toBe(anHourAgo.getTime());
  });

  test("refuses politely: 401 without, with an unknown and with a revoked key, 402 without credits, 403 without the permission", async () => {
    const user = await newUser();
    const [revoked, blind, poor] = [await newKey(user), await newKey(user, { permissions: ["write"] }), await newKey(user)];
    await call(`/api/auth/keys/${revoked.id}/revoke/`, { method: "POST", token: user.access });
    expect((await ask()).status).toBe(401);
    expect([(await ask("nonsense")).status, (await ask(revoked.api_key)).body.code]).toStrictEqual([401, "REVOKED"]);
    expect((await ask(blind.api_key)).status).toBe(403);
    await setCredits(user, 0);
    expect([(await ask(poor.api_key)).status, await balanceOf(user)]).toStrictEqual([402, 0]);
  });

  test("answers each refusal as the reference tells authors of Public APIs", async () => {
    const page = await (await fetch(`${shared().url}/docs/guarding`)).text();
    for (const { code, reason, status } of REFUSALS) {
      front.fail("/api/keys/verify", refuse(200, JSON.stringify({ valid: false, code, reason, retry_after: 3 })));
      const answer = await ask("mf_live_anything");
      expect([answer.status, answer.body]).toStrictEqual([status, { error: reason, code }]);
      expect(page).toContain(`${code}</code>`);
    }
  });

  test.each([
    ...Object.entries<Fault>(FAULTS).filter(([name]) => name !== "an answer that is lost"),
    ["a verdict without a key", refuse(200, '{"valid":true}')] as const,
    ["a list of verdicts", refuse(200, '{"results":[{"valid":true,"key_id":"x"}]}')] as const,
  ])("lets nobody in when the portal answers a verification with %s", async (_, fault) => {
    front.failAlways("/api/keys/verify", fault);
    const answer = await ask("mf_live_anything").finally(() => front.failAlways("/api/keys/verify"));
    expect([answer.status, answer.headers.get("retry-after")]).toStrictEqual([503, "2"]);
    expect(front.asked.filter(({ path }) => path === "/elsewhere")).toStrictEqual([]);
  });

  test("counts every call that was answered once, though it is killed with reports on their way", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const own = await startExample();
    // The portal counts the first report and cannot say so; the next ones do not reach it.
    front.failAlways("/usage", FAULTS["a hang"]);
    front.fail("/usage", FAULTS["an answer that is lost"]);
    const first = await served(20, key, own.url);
    await until(async () => (await balanceOf(user)) < 1000, "a report to be counted");
    const asked = front.asked.length;
    const second = await served(20, key, own.url);
    await until(() => front.asked.slice(asked).some(({ path }) => path === "/usage"), "a report to hang");
    await own.stop("SIGKILL");
    front.failAlways("/usage");

    const restarted = await startExample(own.port);
    await until(async () => (await balanceOf(user)) <= 960, "the rest to be counted");
    await until(() => fs.readFileSync(journalOf(own), "utf8").includes("done"), "that to be noted");
    await restarted.stop("SIGKILL");
    await (await startExample(own.port)).stop();
    expect([first, second, await balanceOf(user)]).toStrictEqual([20, 20, 960]);
  });

  test("answers nothing that it cannot keep: with a full disk calls are refused, and those before are counted", async () => {
    const user = await newUser();
    const key = await newKey(user);
    front.failAlways("/usage", FAULTS["a 500"]);
    const own = await startExample(undefined, "ulimit -f 4;");
    let taken = await served(10, key, own.url);
    let refused = await ask(key.api_key, own.url);
    for (; refused.status === 200; taken += 1) refused = await ask(key.api_key, own.url);
    expect([refused.status, refused.headers.get("retry-after")]).toStrictEqual([503, "2"]);
    expect(fs.readFileSync(journalOf(own), "utf8").split("\n").slice(0, -1)).toHaveLength(taken);
    await own.stop("SIGKILL");
    front.failAlways("/usage");
    await (await startExample(own.port)).stop();
    expect([taken > 0, await balanceOf(user)]).toStrictEqual([true, 1000 - taken]);
  });

  test("reports what is left before it stops; what it cannot report waits for the next start", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const own = await startExample();
    await ask(key.api_key, own.url);
    const stopped = once(own.process, "exit");
    own.process.kill("SIGTERM");
    expect([await stopped, await balanceOf(user)]).toStrictEqual([[0, null], 999]);

    const again = await startExample(own.port);
    front.failAlways("/usage", FAULTS["a 500"]);
    await ask(key.api_key, again.url);
    await again.stop();
    expect([again.process.exitCode, again.output()]).toStrictEqual([
      0,
      expect.stringContaining(`1 calls stay in ${journalOf(own)}`),
    ]);
    front.failAlways("/usage");
    await (await startExample(own.port)).stop();
    expect(await balanceOf(user)).toBe(998);
  });

  test("does not share its port, and so not its journal", async () => {
    const second = spawn(process.execPath, [EXAMPLE], {
      env: { ...cleanEnvironment(), SERVICE_API_SECRET: "x", USAGE_WEBHOOK_SECRET: "x", EXAMPLE_PORT: String(example.port) },
    });
    expect(await once(second, "exit")).toStrictEqual([1, null]);
  });
});
