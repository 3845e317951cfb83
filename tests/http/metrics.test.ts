import { randomUUID } from "node:crypto";
import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../scripts/ports";
import { call, newKey, randomAddress, shared } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { randomSecret, startServer, type TestServer, until } from "../support/server";
import { report } from "../support/usage";

const METRICS_TOKEN = randomSecret();
const AUTHORIZED = { Authorization: `Bearer ${METRICS_TOKEN}` };

/** One that nobody else asks anything, so that its numbers are this file's. */
let server: TestServer;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ ...shared().settings, APP_URL: shared().url, METRICS_TOKEN });
  user = await newUser();
});
afterAll(() => server.stop());

function ask(url: string, { headers = {}, method = "GET" }: { headers?: Record<string, string>; method?: string } = {}) {
  return fetch(url, { method, headers, redirect: "manual" });
}

async function scrape(url = server.url): Promise<string> {
  return (await ask(`${url}/metrics`, { headers: AUTHORIZED })).text();
}

/** The value of a series, written as Prometheus writes it; 0 when it is not there. */
function readSeries(text: string, series: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

/** Answers are counted when they are out, which is shortly after they are read here. */
async function untilRaised(before: string, series: string, by: number): Promise<void> {
  const raised = async () => readSeries(await scrape(), series) - readSeries(before, series);
  await until(async () => (await raised()) >= by, `${series} to rise by ${by}`);
  expect(await raised()).toBe(by);
}

async function expectNoSuchPlace(answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get("content-type")]).toStrictEqual([404, "application/json"]);
  expect(await answer.text()).toBe(await (await ask(`${server.url}/api/nowhere`)).text());
}

describe("Without METRICS_TOKEN, /metrics", () => {
  test("answers this machine, in Prometheus's text, for no cache", async () => {
    const answer = await ask(`${shared().url}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.text()).toMatch(/^# TYPE latchkey_http_requests_total counter$/m);
  });

  test.each([
    ["Forwarded", "for=192.0.2.1"],
    ["Via", "1.1 proxy"],
    ["Via", ""],
    ["X-Forwarded-For", "127.0.0.1"],
    ["X-Forwarded-Proto", "https"],
    ["x-forwarded-host", "keys.example.com"],
    ["X-Forwarded-Anything", "1"],
  ])("is not there for a proxy that sends %s: %s", async (name, value) => {
    for (const path of ["/metrics", "/metrics/"])
      await expectNoSuchPlace(await ask(shared().url + path, { headers: { [name]: value } }));
  });
});

describe("With METRICS_TOKEN, /metrics", () => {
  test("answers whoever has it, through a proxy too, with and without a slash at the end", async () => {
    for (const path of ["/metrics", "/metrics/"]) {
      const answer = await ask(server.url + path, { headers: { ...AUTHORIZED, "X-Forwarded-For": randomAddress() } });
      expect(answer.status).toBe(200);
    }
  });

  test.each<[string, string | undefined]>([
    ["nothing", undefined],
    ["an empty token", "Bearer"],
    ["another token", `Bearer ${randomSecret()}`],
    ["one that is shorter", `Bearer ${METRICS_TOKEN.slice(0, -1)}`],
    ["one that is longer", `Bearer ${METRICS_TOKEN}0`],
    ["no scheme", METRICS_TOKEN],
    ["another scheme", `Basic ${METRICS_TOKEN}`],
  ])("is not there for anybody else, this machine included: %s", async (_, authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
    await expectNoSuchPlace(await ask(`${server.url}/metrics`, { headers }));
  });

  test("has one method, and knows no origins", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await ask(`${server.url}/metrics`, { method, headers: AUTHORIZED });
      expect([answer.status, answer.headers.get("allow")]).toStrictEqual([405, "GET, OPTIONS"]);
      expect((await answer.json()).code).toBe("METHOD_NOT_ALLOWED");
    }
    const head = await ask(`${server.url}/metrics`, { method: "HEAD", headers: AUTHORIZED });
    expect([head.status, await head.text()]).toStrictEqual([200, ""]);
    const preflight = await ask(`${server.url}/metrics`, {
      method: "OPTIONS",
      headers: { Origin: "https://portal.datazag.com" },
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toStrictEqual([204, null]);
  });

  test.each(["TRACE", "PROPFIND"])("refuses %s, which fetch does not send, in JSON", async (method) => {
    const { status, text } = await new Promise<{ status?: number; text: string }>((resolve, reject) => {
      const request = http.request(`${server.url}/metrics`, { method }, async (response) => {
        const chunks = await response.toArray();
        resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() });
      });
      request.on("error", reject).end();
    });
    expect([status, JSON.parse(text).code]).toStrictEqual([405, "METHOD_NOT_ALLOWED"]);
  });
});

describe("What is told", () => {
  const ofVerify = { token: shared().settings.SERVICE_API_SECRET };
  const verify = (body: unknown) => call("/api/keys/verify", { ...ofVerify, body }, server.url);

  test("each verdict, also of a list, and the request with its duration", async () => {
    const { api_key: key } = await newKey(user);
    const before = await scrape();
    await verify({ key });
    await verify({ keys: [{ key }, "mf_live_nonsense", { key, cost: 1_000_000 }] });
    const labels = 'method="POST",route="/api/keys/verify"';
    await untilRaised(before, `latchkey_http_requests_total{${labels},status="200"}`, 2);
    await untilRaised(before, `latchkey_http_request_duration_seconds_count{${labels}}`, 2);
    await untilRaised(before, `latchkey_http_request_duration_seconds_bucket{le="30",${labels}}`, 2);
    await untilRaised(before, 'latchkey_verifications_total{code="VALID"}', 2);
    await untilRaised(before, 'latchkey_verifications_total{code="NOT_FOUND"}', 1);
    await untilRaised(before, 'latchkey_verifications_total{code="CREDITS_EXHAUSTED"}', 1);
    await untilRaised(before, 'latchkey_verifications_total{code="UNAVAILABLE"}', 0);
  });

  test("reported calls by what became of them, and what they cost", async () => {
    const { api_key: apiKey } = await newKey(user);
    const before = await scrape();
    const id = randomUUID();
    await report({ apiKey, delta: 5 }, { id }, server.url);
    const events = [
      { id, apiKey, delta: 5 },
      { id: randomUUID(), apiKey, delta: 2 },
      { id: "x", apiKey, delta: -1 },
    ];
    await report({ events: [...events, { id: "y", apiKey: "unknown", delta: 1 }] }, { id: null }, server.url);
    await untilRaised(before, 'latchkey_usage_events_total{outcome="accepted"}', 2);
    await untilRaised(before, 'latchkey_usage_events_total{outcome="duplicate"}', 1);
    await untilRaised(before, 'latchkey_usage_events_total{outcome="rejected"}', 2);
    await untilRaised(before, "latchkey_usage_credits_total", 7);
  });

  test("the build, the health, the pools and the process", async () => {
    const text = await scrape();
    const { version, commit } = (await call("/api/health", {}, server.url)).body;
    expect(readSeries(text, `latchkey_build_info{version="${version}",commit="${commit}"}`)).toBe(1);
    expect(readSeries(text, "latchkey_health_ok")).toBe(1);
    expect(readSeries(text, 'latchkey_health_database{state="ok"}')).toBe(1);
    expect(readSeries(text, 'latchkey_health_database{state="unreachable"}')).toBe(0);
    expect(readSeries(text, 'latchkey_pool_max_connections{pool="general"}')).toBeGreaterThan(0);
    expect(text).toMatch(/^latchkey_pool_connections\{pool="general",state="(in_use|idle)"\} [1-9]/m);
    expect(text).toMatch(/^latchkey_pool_waiting\{pool="general"\} 0$/m);
    expect(readSeries(text, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
  });

  test("no id, address or credential, and no series that a client makes up", async () => {
    const address = randomAddress();
    const { id, api_key: key, secret_key: secret } = await newKey(user);
    const paths = [`/api/api-keys/${id}`, `/keys/${key}`, `/${secret}`, `/api//${id}`, `/a/${key}//b`, `/metrics/${user.id}/`];
    const visit = async (more: string) => {
      for (const path of paths) await ask(server.url + path + more, { headers: { "X-Forwarded-For": address } });
    };
    const elsewhere = (text: string) =>
      [...text.matchAll(/^latchkey_http_requests_total\{method="GET",route="other",status="\d+"\} (\d+)$/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    const names = (text: string): string[] => text.match(/^latchkey_\S+/gm) ?? [];
    await visit("");
    await until(async () => elsewhere(await scrape()) >= 4, "the requests to be counted");
    const before = await scrape();
    await visit(`/${randomUUID()}/${randomUUID()}//`);
    await until(async () => elsewhere(await scrape()) >= elsewhere(before) + paths.length, "the others to be counted");
    const text = await scrape();
    expect(names(text).filter((name) => !names(before).includes(name))).toStrictEqual([]);
    for (const telling of [id, key, secret, user.id, user.email, address, "127.0.0.1", METRICS_TOKEN])
      expect(text).not.toContain(telling);
  });
});

test("A database that is away is told of: no verdict, and which health", async () => {
  const DATABASE_URL = `postgresql://nobody:${randomSecret()}@127.0.0.1:${await freePort()}/latchkey`;
  const away = await startServer({ ...shared().settings, DATABASE_URL, METRICS_TOKEN });
  try {
    const { api_key: key } = await newKey(user);
    const token = shared().settings.SERVICE_API_SECRET;
    const answer = await call("/api/keys/verify", { token, body: { keys: [{ key }, { key }] } }, away.url);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    const isTold = async () => readSeries(await scrape(away.url), 'latchkey_health_database{state="unreachable"}') === 1;
    await until(isTold, "the health of a database that is away");
    const text = await scrape(away.url);
    expect(readSeries(text, "latchkey_health_ok")).toBe(0);
    expect(readSeries(text, 'latchkey_verifications_total{code="UNAVAILABLE"}')).toBe(2);
  } finally {
    await away.stop();
  }
});
