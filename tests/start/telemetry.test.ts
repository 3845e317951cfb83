import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../../scripts/postgres";
import { call } from "../support/client";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { deploymentSettings, startServer } from "../support/server";

type Attribute = { key: string; value: { stringValue?: string; intValue?: number } };
type Span = { name: string; traceId: string; attributes: Attribute[]; events: unknown[] };
type Traces = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[] };
type Received = { path: string | undefined; key: string | string[] | undefined; text: string };

let cluster: Cluster;
let settings: Record<string, string>;
let collector: http.Server;
const received: Received[] = [];

beforeAll(async () => {
  cluster = await openMigrated(newFolder("telemetry"));
  settings = deploymentSettings(cluster.url);
  collector = http.createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    received.push({ path: request.url, key: request.headers["x-collector-key"], text });
    response.setHeader("Content-Type", "application/json").end("{}");
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  collector.closeAllConnections();
  collector.close();
  await cluster.stop("immediate");
});

/** Starts a server, asks it for a page, a route and a verification, stops it, and answers which packages it had loaded. */
async function useServer(more: Record<string, string>): Promise<string[]> {
  const coverage = newFolder("coverage");
  const server = await startServer({ ...settings, ...more, NODE_V8_COVERAGE: coverage });
  try {
    await fetch(`${server.url}/reset-password?token=a-secret-of-theirs`);
    const caller = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    await call("/api/health", { headers: caller }, server.url);
    const body = { key: "mf_live_0123456789abcdef" };
    await call("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body, headers: caller }, server.url);
  } finally {
    await server.stop();
  }
  const urls = fs.readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(fs.readFileSync(path.join(coverage, file), "utf8")) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  return [...new Set(urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? ""))];
}

const spans = () =>
  received
    .flatMap(({ text }) => (JSON.parse(text) as Traces).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));

test("without an address of a collector nothing of OpenTelemetry's SDK is loaded or sent", async () => {
  const loaded = await useServer({});
  expect(loaded).toContain("pg");
  // Next looks for the API of its own accord; without an SDK it does nothing.
  expect(loaded.filter((name) => /^@opentelemetry\/(?!api$)/.test(name))).toStrictEqual([]);
  expect(received).toStrictEqual([]);
});

test("a collector is sent what was asked and answered, the last of it when the server stops, and no secret", async () => {
  const { port } = collector.address() as AddressInfo;
  const loaded = await useServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=for-the-collector",
    OTEL_SERVICE_NAME: "keys",
  });
  expect(loaded).toContain("@opentelemetry/sdk-trace-node");
  expect(received[0]).toMatchObject({ path: "/v1/traces", key: "for-the-collector" });
  expect(received[0]?.text).toContain('{"key":"service.name","value":{"stringValue":"keys"}}');
  const names = spans().map(({ name }) => name);
  for (const name of ["GET /api/health", "GET /reset-password", "POST /api/keys/verify"]) expect(names).toContain(name);
  const verified = spans().find(({ name }) => name === "POST /api/keys/verify");
  expect(verified?.attributes).toContainEqual({ key: "http.status_code", value: { intValue: 200 } });
  // It belongs to the trace of who asked.
  expect(verified?.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  const everything = received.map(({ text }) => text).join("");
  for (const secret of ["a-secret-of-theirs", '0123456789abcdef"', "mf_live", ...Object.values(settings)])
    expect(everything).not.toContain(secret);
});
