import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../scripts/ports";
import { CODES, fakeVerifier, KEYS, VALID } from "../../../tests/support/fake-verifier";
import { PROXIES, runProxy, wholeCaddy, wholeNginx } from "../../../tests/support/proxies";
import { listen, stopListening } from "./listen";
import { createSidecar } from "./serve";

const README = fs.readFileSync("packages/verifier/README.md", "utf8");
const STATUSES = {
  CREDITS_EXHAUSTED: 402,
  INSUFFICIENT_PERMISSIONS: 403,
  USER_DISABLED: 403,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

const verifier = fakeVerifier();
const sidecar = createSidecar(verifier);
/** What the API behind the proxy was called with. */
const received: http.IncomingHttpHeaders[] = [];
const api = http.createServer(({ headers }, response) => {
  received.push(headers);
  response.end("served");
});
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sidecar-proxies-"));
let ports: { sidecar: string; api: string };

beforeAll(async () => {
  const at = { host: "127.0.0.1", port: 0 };
  ports = { sidecar: new URL(await listen(sidecar, at)).port, api: new URL(await listen(api, at)).port };
});
afterAll(async () => {
  await Promise.all([stopListening(sidecar), stopListening(api)]);
  fs.rmSync(folder, { recursive: true });
});

/** What the README says to write, at ports that are free. */
function settingsOf(name: string, port: number): string {
  const written = new RegExp(`\`\`\`${name}\n(.*?)\`\`\``, "s").exec(README)?.[1] ?? "";
  const site = written.replaceAll(":7300", `:${ports.sidecar}`).replaceAll(":8080", `:${ports.api}`);
  if (name === "nginx") return wholeNginx(folder, site.replace("listen 80;", `listen 127.0.0.1:${port};`));
  return wholeCaddy(site.replace("api.example.com {", `http://:${port} {\n\tbind 127.0.0.1`));
}

test.each(PROXIES)("%s, by the README, lets in whom the sidecar does, and tells the others why", async (name) => {
  const port = await freePort();
  const stop = await runProxy(name, settingsOf(name, port), { folder, listen: port });
  try {
    const call = (address: string, headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}${address}`, { headers });
    const forged = { "X-Latchkey-User-Id": "x", "X-Latchkey-Permission": "x", "X-Latchkey-Cost": "0", "X-Forwarded-Uri": "/x" };
    const served = await call("/v1/sms/7?to=1", { ...forged, Authorization: `Bearer ${KEYS.VALID}` });
    expect([served.status, await served.text()]).toEqual([200, "served"]);
    expect(verifier.asked.at(-1)?.options).toEqual({ permission: "sms:send", cost: 1, secret: undefined });
    expect(verifier.reported.at(-1)).toEqual({ keyId: VALID.key_id, delta: 1, endpoint: "/v1/sms/7" });
    expect(received.splice(0)).toMatchObject([
      {
        "x-latchkey-key-id": VALID.key_id,
        "x-latchkey-user-id": VALID.user_id,
        "x-latchkey-name": encodeURIComponent(VALID.name),
      },
    ]);
    for (const code of CODES) {
      const response = await call("/v1/sms", { "X-API-Key": KEYS[code] });
      const status = (STATUSES as Partial<Record<typeof code, number>>)[code] ?? 401;
      expect([response.status, (await response.json()).code]).toEqual([status, code]);
      expect(response.headers.has("www-authenticate")).toBe(status === 401);
      expect(response.headers.get("retry-after")).toBe({ RATE_LIMITED: "30", UNAVAILABLE: "2" }[code as string] ?? null);
    }
    expect((await call("/v1/sms", {})).status).toBe(401);
    expect((await call(`/v1/sms?key=${KEYS.VALID}`, {})).status).toBe(400);
    expect(received).toEqual([]);
  } finally {
    await stop();
  }
});

test.each(PROXIES)("behind %s nobody is let in where the sidecar is not there", async (name) => {
  const [port, nowhere] = [await freePort(), await freePort()];
  const settings = settingsOf(name, port).replaceAll(`:${ports.sidecar}`, `:${nowhere}`);
  const stop = await runProxy(name, settings, { folder, listen: port });
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}/v1/sms`, { headers: { "X-API-Key": KEYS.VALID } });
    expect(status).toBe(name === "nginx" ? 503 : 502);
  } finally {
    await stop();
  }
});

test("the README has settings for each", () => {
  for (const name of ["nginx", "caddy"]) expect(settingsOf(name, 1)).toContain(`127.0.0.1:${ports.sidecar}`);
});
