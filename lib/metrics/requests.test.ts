import { expect, test } from "vitest";
import { registry } from "./registry";
import { measureRequests } from "./requests";

const measure = measureRequests(["/", "/usage", "/api/api-keys/[id]", "/api/[[...path]]"], new Set(["GET", "POST"]));

test("A series is named by routes that there are, never by what was asked for", async () => {
  const asked: [string | undefined, string][] = [
    ["GET", "/"],
    ["POST", "/usage/"],
    ["GET", "/api/api-keys/[id]/"],
    ["GET", "/api/[id]"],
    ["GET", "/api/[id]/[id]"],
    ["GET", "/[id]//[id]"],
    ["GET", ""],
    ["hunter2", "/usage"],
    [undefined, "/usage"],
  ];
  for (const [method, route] of asked) measure({ method, route, status: 200, durationMs: 40 });

  const text = await registry.metrics();
  const counted = [...text.matchAll(/^latchkey_http_requests_total\{method="(.*)",route="(.*)",status="200"\} (\d+)$/gm)];
  expect(counted.map(([, ...parts]) => parts.join(" "))).toStrictEqual([
    "GET / 1",
    "POST /usage 1",
    "GET /api/api-keys/[id] 1",
    "GET /api/[id] 1",
    "GET other 3",
    "other /usage 2",
  ]);
  expect(text).toMatch(/^latchkey_http_request_duration_seconds_bucket\{le="0.025",method="GET",route="\/"\} 0$/m);
  expect(text).toMatch(/^latchkey_http_request_duration_seconds_bucket\{le="0.05",method="GET",route="\/"\} 1$/m);
});
