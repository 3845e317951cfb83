import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomAddress, shared } from "../support/client";
import { randomSecret, startServer, type TestServer } from "../support/server";

const METRICS_TOKEN = randomSecret();
const AUTHORIZED = { Authorization: `Bearer ${METRICS_TOKEN}` };

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ...shared().settings, APP_URL: shared().url, METRICS_TOKEN });
});
afterAll(() => server.stop("SIGKILL"));

function ask(url: string, { headers = {}, method = "GET" }: { headers?: Record<string, string>; method?: string } = {}) {
  return fetch(url, { method, headers, redirect: "manual" });
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

test("Without METRICS_TOKEN, /metrics is not there on a platform: what is loopback there is the platform's own", async () => {
  const hosted = await startServer({ ...shared().settings, APP_URL: shared().url, VERCEL: "1" });
  try {
    await expectNoSuchPlace(await ask(`${hosted.url}/metrics`));
  } finally {
    await hosted.stop("SIGKILL");
  }
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
