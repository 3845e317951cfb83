import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registry } from "../../lib/metrics/registry";
import { keepHouse, keepHouseIfDue } from "../../lib/operations/housekeeping";
import { freePort } from "../../scripts/ports";
import { call, newKey, query, randomAddress, shared } from "../support/client";
import { newUser, registerOverHttp, type TestUser } from "../support/people";
import { randomSecret, startServer, type TestServer, until } from "../support/server";
import { startMailServer } from "../support/smtp";
import { report } from "../support/usage";

const METRICS_TOKEN = randomSecret();

/** One that nobody else asks anything, so that its numbers are this file's. */
let server: TestServer;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ ...shared().settings, APP_URL: shared().url, METRICS_TOKEN });
  user = await newUser();
});
afterAll(() => server.stop("SIGKILL"));

async function scrape(url = server.url): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${METRICS_TOKEN}` } })).text();
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

  test("mails that left, that failed, and that had no server to go to", async () => {
    const before = await scrape();
    await registerOverHttp(server.url);
    await untilRaised(before, 'latchkey_mails_total{outcome="not_sent"}', 1);

    const mailServer = await startMailServer();
    const mailing = await startServer({ ...shared().settings, APP_URL: shared().url, SMTP_URL: mailServer.url, METRICS_TOKEN });
    try {
      const isTold = async (outcome: string) =>
        readSeries(await scrape(mailing.url), `latchkey_mails_total{outcome="${outcome}"}`) === 1;
      const { email } = await registerOverHttp(mailing.url);
      await mailServer.newestTo(email);
      await until(() => isTold("sent"), "the mail that left to be counted");
      await mailServer.stop();
      await registerOverHttp(mailing.url);
      await until(() => isTold("failed"), "the mail that failed to be counted");
    } finally {
      await mailing.stop("SIGKILL");
    }
  });

  test("no id, address or credential, and no series that a client makes up", async () => {
    const address = randomAddress();
    const { id, api_key: key, secret_key: secret } = await newKey(user);
    const paths = [`/api/api-keys/${id}`, `/keys/${key}`, `/${secret}`, `/api//${id}`, `/a/${key}//b`, `/metrics/${user.id}/`];
    const visit = async (more: string) => {
      for (const path of paths)
        await fetch(server.url + path + more, { headers: { "X-Forwarded-For": address }, redirect: "manual" });
    };
    const elsewhere = (text: string) =>
      [...text.matchAll(/^latchkey_http_requests_total\{method="GET",route="other",status="\d+"\} (\d+)$/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    const names = (text: string): string[] => text.match(/^latchkey_\S+/gm) ?? [];
    const deeper = () => visit(`/${randomUUID()}/${randomUUID()}//`);
    await visit("");
    await deeper();
    await until(async () => elsewhere(await scrape()) >= 3 + paths.length, "the requests to be counted");
    const before = await scrape();
    await deeper();
    await until(async () => elsewhere(await scrape()) >= elsewhere(before) + paths.length, "the others to be counted");
    const text = await scrape();
    expect(names(text).filter((name) => !names(before).includes(name))).toStrictEqual([]);
    for (const telling of [id, key, secret, user.id, user.email, address, "127.0.0.1", METRICS_TOKEN])
      expect(text).not.toContain(telling);
  });
});

test("Housekeeping tells when it came to its end, and what it removed", async () => {
  Object.assign(process.env, shared().settings);
  await query("INSERT INTO rate_limits (key, points, expire) VALUES ($1, 1, 1)", [`auth:${randomUUID()}`]);
  const before = await registry.metrics();
  const startedAt = Date.now();
  const removed = await keepHouse();
  await keepHouseIfDue();
  const after = await registry.metrics();
  const rise = (series: string) => readSeries(after, series) - readSeries(before, series);
  expect(rise('latchkey_housekeeping_runs_total{outcome="success"}')).toBe(1);
  expect(rise('latchkey_housekeeping_runs_total{outcome="failure"}')).toBe(0);
  expect(rise('latchkey_housekeeping_removed_rows_total{table="rate_limits"}')).toBeGreaterThanOrEqual(removed.rate_limits);
  expect(after).toMatch(/^latchkey_housekeeping_removed_rows_total\{table="usage_events"\} \d+$/m);
  const doneAt = readSeries(after, "latchkey_housekeeping_last_success_timestamp_seconds") * 1000;
  expect(doneAt).toBeGreaterThanOrEqual(startedAt);
  expect(doneAt).toBeLessThanOrEqual(Date.now());
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
    await away.stop("SIGKILL");
  }
});
