import { once } from "node:events";
import fs from "node:fs";
import http, { type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyManySchema, verifySchema } from "../../../lib/keys/verify-schemas";
import { CODES, type FakeVerifier, fakeVerifier, KEYS, statusOf, VALID } from "../../../tests/support/fake-verifier";
import { REFUSAL_CODES, REFUSAL_REASONS } from "../../rule/verdicts";
import { isLoopback, listen, readPlace, stopListening } from "./listen";
import { readOptions } from "./options";
import { createSidecar, serve } from "./serve";

let verifier: FakeVerifier;
let server: Server;
let url: string;

beforeEach(async () => {
  verifier = fakeVerifier();
  server = createSidecar(verifier);
  url = await listen(server, { host: "127.0.0.1", port: 0 });
});
afterEach(() => stopListening(server));

type Sent = { method?: string; headers?: Record<string, string>; body?: string | object };

async function call(address: string, { method, headers = {}, body }: Sent = {}) {
  const sent = typeof body === "string" ? body : body && JSON.stringify(body);
  const response = await fetch(url + address, {
    method: method ?? (sent ? "POST" : "GET"),
    headers,
    ...(sent && { body: sent }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: isJson && text ? JSON.parse(text) : text,
  };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("/auth, for proxies", () => {
  const asked = {
    ...bearer(KEYS.VALID),
    "x-latchkey-permission": "sms:send",
    "x-latchkey-cost": "3",
    "x-forwarded-uri": "/v1/sms?to=1",
  };

  test.each(["GET", "POST", "DELETE"])("a %s that may pass is told whose it is, and counted", async (method) => {
    const { status, headers, body } = await call("/auth", { method, headers: asked });
    expect([status, body]).toEqual([204, ""]);
    expect(headers).toMatchObject({
      "x-latchkey-key-id": VALID.key_id,
      "x-latchkey-user-id": VALID.user_id,
      "x-latchkey-name": "Schl%C3%BCssel%2C%201",
      "cache-control": "no-store",
    });
    expect(verifier.asked).toEqual([{ credential: KEYS.VALID, options: { permission: "sms:send", cost: 3, secret: undefined } }]);
    expect(verifier.reported).toEqual([{ keyId: VALID.key_id, delta: 3, endpoint: "/v1/sms" }]);
  });

  test("what costs nothing, or is counted by the API itself, is not counted here", async () => {
    expect((await call("/auth", { headers: bearer(KEYS.VALID) })).status).toBe(204);
    expect((await call("/auth?report=0", { headers: asked })).status).toBe(204);
    expect(verifier.reported).toEqual([]);
  });

  test.each(CODES)("%s is told as it is, and to nginx by what it knows", async (code) => {
    const status = statusOf(code);
    const plain = await call("/auth", { headers: bearer(KEYS[code]) });
    expect(plain).toMatchObject({ status, body: { code } });
    const nginx = await call("/auth?nginx=1", { headers: bearer(KEYS[code]) });
    expect(nginx).toMatchObject({ status: status === 401 ? 401 : 403, body: plain.body });
    expect(nginx.headers).toMatchObject({ "x-latchkey-status": String(status), "x-latchkey-code": code });
    for (const name of ["www-authenticate", "retry-after"]) expect(nginx.headers[name]).toBe(plain.headers[name]);
  });

  test("a key in the address of the call is refused", async () => {
    const headers = { ...bearer(KEYS.VALID), "x-forwarded-uri": `/v1/sms?key=${KEYS.VALID}` };
    expect((await call("/auth", { headers })).status).toBe(400);
    expect(await call("/auth?nginx=1", { headers })).toMatchObject({ status: 403, headers: { "x-latchkey-status": "400" } });
  });

  test.each<Record<string, string>>([
    { "x-latchkey-permission": "" },
    { "x-latchkey-cost": "" },
    { "x-latchkey-cost": "-1" },
    { "x-latchkey-cost": "1, 0" },
    { "x-latchkey-cost": "9999999999" },
  ])("a rule that says nothing, such as %o, lets nobody in", async (rule) => {
    expect(await call("/auth", { headers: { ...bearer(KEYS.VALID), ...rule } })).toMatchObject({
      status: 500,
      body: { code: "INVALID_RULE" },
    });
    expect(verifier.asked).toEqual([]);
  });
});

describe("POST /verify", () => {
  const { source: _, ageMs: __, ...answer } = VALID;

  test("answers what the portal would: a call costs one credit", async () => {
    expect(await call("/verify", { body: { key: KEYS.VALID, permission: "read", secret: "s", ip: "::1" } })).toMatchObject({
      status: 200,
      body: answer,
    });
    expect(await call("/verify", { body: { key: KEYS.VALID, permission: null, cost: 0 } })).toMatchObject({ status: 200 });
    expect(verifier.asked.map(({ options }) => options)).toEqual([
      { permission: "read", cost: 1, secret: "s" },
      { permission: undefined, cost: 0, secret: undefined },
    ]);
  });

  test("answers many, in their order, with nothing but what the portal has", async () => {
    const keys = [KEYS.VALID, "", { key: KEYS.REVOKED, cost: 5 }, ...REFUSAL_CODES.map((code) => KEYS[code])];
    const { body } = await call("/verify", { body: { keys } });
    const refused = (code: (typeof REFUSAL_CODES)[number]) => ({
      ...{ valid: false, code, reason: REFUSAL_REASONS[code] },
      ...(code !== "NOT_FOUND" && { key_id: VALID.key_id }),
      ...(code === "RATE_LIMITED" && { retry_after: 30 }),
    });
    expect(body).toEqual({ results: [answer, refused("NOT_FOUND"), refused("REVOKED"), ...REFUSAL_CODES.map(refused)] });
  });

  test("where nobody can say, one or among others, it is a 503 and no verdict", async () => {
    for (const body of [{ key: KEYS.UNAVAILABLE }, { keys: [KEYS.VALID, KEYS.UNAVAILABLE] }]) {
      expect(await call("/verify", { body })).toMatchObject({
        status: 503,
        headers: { "retry-after": "2" },
        body: { error: "Temporarily unavailable. Try again shortly.", code: "TEMPORARILY_UNAVAILABLE" },
      });
    }
  });

  const k = KEYS.VALID;
  test.each<[object]>([
    ...[{}, { key: "" }, { key: 5 }, { key: null }, { key: k, secret: 5 }, { key: k, permission: [] }, { key: k, ip: 5 }].map(
      (each): [object] => [each],
    ),
    ...[-1, 0.5, "1", 1e10, true].map((cost): [object] => [{ key: k, cost }]),
    ...[[], "x", 5, Array(101).fill("x"), ["x", null], ["x", 5], ["x", {}], ["x", { key: k, cost: -1 }], ["x", ["k"]]].map(
      (keys): [object] => [{ keys }],
    ),
  ])("refuses %o in the portal's own words", async (body) => {
    const schema = "keys" in body ? verifyManySchema : verifySchema;
    const [issue] = schema.safeParse(body).error?.issues ?? [];
    const place = issue && issue.path.length > 1 ? `keys[${String(issue.path[1])}]: ` : "";
    expect(await call("/verify", { body })).toMatchObject({
      status: 400,
      body: { error: `${place}${issue?.message}`, code: "INVALID_INPUT" },
    });
    expect(verifier.asked).toEqual([]);
  });

  test.each([{ key: k, scope: "write" }, { keys: [k], permission: "write" }, { keys: [k, { key: k, [k]: 1 }] }])(
    "refuses a field that it does not know, without repeating it (%#)",
    async (body) => {
      const { status, body: told } = await call("/verify", { body });
      expect([status, told.code]).toEqual([400, "UNKNOWN_FIELD"]);
      expect(told.error).toMatch("keys" in body && !("permission" in body) ? /^keys\[1\]: Unknown field/ : /^Unknown field/);
      expect(told.error).not.toContain(k);
    },
  );
});

describe("POST /usage", () => {
  const event = { id: "e-1", keyId: VALID.key_id, delta: 2 };

  test("takes a batch, leaves out what is wrong, and keeps of the rest what is reported", async () => {
    const whole = {
      ...event,
      endpoint: `/a\n${"b".repeat(600)}`,
      requestId: `7 ${KEYS.VALID}`,
      ts: 1_795_860_706_655,
      meta: { any: 1 },
    };
    const wrong = [
      5,
      { ...event, id: "" },
      { ...event, id: "a\nb" },
      { ...event, keyId: "x" },
      { id: "e", apiKey: KEYS.VALID, delta: 1 },
      { ...event, delta: -1 },
      { ...event, delta: 0.5 },
      { id: "e", keyId: VALID.key_id },
      { ...event, ts: "x" },
    ];
    const { status, body } = await call("/usage", { body: { events: [{ ...event, requestId: 7 }, ...wrong, whole] } });
    expect([status, body]).toEqual([
      200,
      {
        ...{ ok: true, accepted: 2, duplicates: 0 },
        rejected: [
          "an event must be an object",
          "Missing fields",
          "id must not contain control characters",
          "keyId is not valid",
          "keyId is missing: the key_id of a verification",
          "delta must not be negative",
          "delta must be a whole number",
          "Missing fields",
          "ts must be a number of milliseconds since 1970",
        ].map((error, index) => ({ index: index + 1, error })),
      },
    ]);
    expect(verifier.reported).toEqual([
      { ...event, requestId: "7" },
      { ...event, endpoint: `/a${"b".repeat(498)}`, requestId: `7 ${KEYS.VALID.slice(0, 14)}...`, ts: whole.ts },
    ]);
  });

  test.each([{}, { events: 5 }, { events: Array(1001).fill(event) }])("refuses what is no batch (%#)", async (body) => {
    expect(await call("/usage", { body })).toMatchObject({ status: 400, body: { code: "INVALID_INPUT" } });
  });

  test("says so where no more are kept", async () => {
    verifier.isFull = true;
    expect(await call("/usage", { body: { events: [event] } })).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
  });
});

describe("Whatever is asked", () => {
  test.each<[number, string, string, Sent]>([
    [404, "NOT_FOUND", "/", {}],
    [404, "NOT_FOUND", "/constructor", {}],
    [405, "METHOD_NOT_ALLOWED", "/verify", {}],
    [405, "METHOD_NOT_ALLOWED", "/status", { body: {} }],
    [400, "INVALID_JSON", "/verify", { body: "[]" }],
    [400, "INVALID_JSON", "/verify", { body: "{" }],
    [400, "INVALID_JSON", "/usage", { body: "null" }],
    [413, "BODY_TOO_LARGE", "/verify", { body: { key: "x".repeat(64 * 1024) } }],
    [415, "UNSUPPORTED_ENCODING", "/verify", { body: "{}", headers: { "content-encoding": "gzip" } }],
    [403, "ORIGIN_NOT_ALLOWED", "/verify", { body: { key: KEYS.VALID }, headers: { origin: "https://evil.example" } }],
  ])("%i %s for %s (%#)", async (status, code, address, sent) => {
    expect(await call(address, sent)).toMatchObject({ status, body: { code, error: expect.any(String) } });
    expect(verifier.asked).toEqual([]);
  });

  test("its state is told to programs, and 200 means that it answers by itself", async () => {
    expect(await call("/status")).toMatchObject({ status: 200, body: { state: "READY", keys: 3, ageMs: 212 } });
    verifier.now.state = "STALE";
    expect(await call("/status")).toMatchObject({ status: 503, body: { state: "STALE" } });
    expect((await call("/status", { method: "HEAD" })).body).toBe("");
  });

  test("Prometheus reads what it measures", async () => {
    await call("/auth", { headers: bearer(KEYS.VALID) });
    await call("/verify", { body: { keys: [KEYS.VALID, KEYS.REVOKED] } });
    const { headers, body } = await call("/metrics");
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body).toContain("# TYPE latchkey_verifier_age_seconds gauge\nlatchkey_verifier_age_seconds 0.212\n");
    expect(body).toContain('latchkey_verifier_verdicts_total{code="VALID",source="memory"} 2\n');
    expect(body).toContain('latchkey_verifier_verdicts_total{code="REVOKED",source="memory"} 1\n');
    Object.assign(verifier.now, { state: "NOT_READY", ageMs: null });
    const later = (await call("/metrics")).body;
    expect(later).toContain("latchkey_verifier_ready 0\n");
    expect(later).not.toContain("age_seconds");
  });
});

describe("The command", () => {
  const env = {
    LATCHKEY_URL: "https://keys.example.com",
    LATCHKEY_VERIFIER_KEY: `lks_${"a".repeat(38)}`,
    LATCHKEY_FEED_KEY: "b".repeat(43),
  };

  test.each<[string, ReturnType<typeof readPlace>]>([
    ["7300", { host: "127.0.0.1", port: 7300 }],
    ["localhost:7300", { host: "127.0.0.1", port: 7300 }],
    ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
    ["[::1]:80", { host: "::1", port: 80 }],
    ["unix:/run/l.sock", { path: "/run/l.sock" }],
    ["/run/l.sock", { path: "/run/l.sock" }],
    ...["", ":80", "example.com:80", "70000", "127.0.0.1", "[::1]", "unix:l.sock", "*:80"].map((text): [string, null] => [
      text,
      null,
    ]),
  ])("reads %j as a place", (text, place) => {
    expect(readPlace(text)).toEqual(place);
  });

  test("keeps to this machine unless another address is named", () => {
    const read = readOptions(["serve"], env);
    expect(read).toMatchObject({ place: { host: "127.0.0.1", port: 7300 }, options: { url: env.LATCHKEY_URL, signals: false } });
    expect("place" in read && isLoopback(read.place)).toBe(true);
    expect(["0.0.0.0:1", "[::]:1", "10.0.0.1:1"].map((text) => isLoopback(readPlace(text) ?? { path: "" }))).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("a flag comes before the environment", () => {
    const args = ["serve", "--url", "http://localhost:3000", "--bound-ms=900", "--on-stale", "refuse", "--listen", "1"];
    expect(readOptions(args, { ...env, LISTEN: "2", LATCHKEY_ON_STALE: "" })).toMatchObject({
      place: { port: 1 },
      options: { url: "http://localhost:3000", boundMs: 900, onStale: "refuse", credential: env.LATCHKEY_VERIFIER_KEY },
    });
  });

  test.each<[RegExp, string[], Record<string, string>]>([
    [/^latchkey-verifier serve/, [], {}],
    [/^latchkey-verifier serve/, ["serve", "more"], {}],
    [/^latchkey-verifier serve/, ["serve", "--verifier-key", "lks_x"], {}],
    [/^LATCHKEY_URL /, ["serve"], { LATCHKEY_URL: "" }],
    [/^LATCHKEY_URL /, ["serve", "--url", "ftp://x"], {}],
    [/^LATCHKEY_VERIFIER_KEY /, ["serve"], { LATCHKEY_VERIFIER_KEY: "lks_x" }],
    [/^LATCHKEY_FEED_KEY /, ["serve"], { LATCHKEY_FEED_KEY: "x" }],
    [/^LISTEN /, ["serve"], { LISTEN: "x" }],
    [/^on-stale /, ["serve", "--on-stale", "x"], {}],
    [/^LISTEN /, ["serve"], { LISTEN: `/${"x".repeat(200)}` }],
    [/^instance /, ["serve", "--instance", "x".repeat(121)], {}],
    [/^instance /, ["serve", "--instance", "é"], {}],
    [/^bound-ms /, ["serve", "--bound-ms", "x"], {}],
    [/^bound-ms /, ["serve", "--bound-ms", "10"], {}],
  ])("says %s of %j %j, and shows no credential", (problem, args, more) => {
    const read = readOptions(args, { ...env, ...more });
    expect("problem" in read && read.problem).toMatch(problem);
    expect(JSON.stringify(read)).not.toContain("lks_x");
  });

  test("serves at a socket, also where a killed one left its file, answers what is open when it is told to stop, and says goodbye", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sidecar-"));
    const socketPath = path.join(folder, "l.sock");
    const left = http.createServer().listen(socketPath);
    await once(left, "listening");
    // What listens no more, and is still in the folder.
    fs.linkSync(socketPath, `${socketPath}.left`);
    left.close();
    fs.renameSync(`${socketPath}.left`, socketPath);
    const others = process.listeners("SIGTERM");
    const { verify } = verifier;
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      verifier.verify = async (...question) => {
        const told = new Promise<void>((go) => {
          answer = go;
        });
        resolve();
        await told;
        return verify(...question);
      };
    });
    const ending = serve(["serve", "--listen", socketPath], env, () => verifier);
    while (!fs.existsSync(socketPath) || fs.statSync(socketPath).mode % 0o1000 !== 0o660) await new Promise(setImmediate);
    const agent = new http.Agent({ keepAlive: true });
    const answered = once(http.get({ socketPath, path: "/auth", headers: bearer(KEYS.VALID), agent }), "response");
    await asked;
    for (const listener of process.listeners("SIGTERM")) if (!others.includes(listener)) listener("SIGTERM");
    await new Promise(setImmediate);
    answer();
    const [response] = (await answered) as [http.IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers.connection]).toEqual([204, "close"]);
    expect([await ending, verifier.closed, fs.existsSync(socketPath)]).toEqual([0, 1, false]);
    fs.rmSync(folder, { recursive: true });
  });

  test("leaves a file that is no socket where it is", async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "sidecar-")), "notes");
    fs.writeFileSync(file, "mine");
    expect(await serve(["serve", "--listen", file], env, () => verifier)).toBe(1);
    expect([fs.readFileSync(file, "utf8"), verifier.closed]).toEqual(["mine", 1]);
    fs.rmSync(path.dirname(file), { recursive: true });
  });

  test("says why it cannot begin", async () => {
    const broken = () => {
      throw new Error("no credential");
    };
    expect(await serve(["serve"], env, broken)).toBe(1);
    expect(await serve(["serve", "--listen", new URL(url).host], env, () => verifier)).toBe(1);
    expect(verifier.closed).toBe(1);
  });
});
