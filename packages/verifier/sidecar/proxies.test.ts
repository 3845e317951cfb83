import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CODES, fakeVerifier, KEYS, statusOf, VALID } from "../../../tests/support/fake-verifier";
import { PROXIES, runProxy, wholeCaddy, wholeNginx } from "../../../tests/support/proxies";
import { listen, stopListening } from "./listen";
import { createSidecar } from "./serve";

const README = fs.readFileSync("packages/verifier/README.md", "utf8");

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

const socketOf = (name: string) => path.join(folder, `${name}.sock`);

/** What the README says to write. At a socket: a port that is free now can be somebody else's then. */
function settingsOf(name: string, sidecar = `127.0.0.1:${ports.sidecar}`): string {
  const written = new RegExp(`\`\`\`${name}\n(.*?)\`\`\``, "s").exec(README)?.[1] ?? "";
  const site = written.replaceAll("127.0.0.1:7300", sidecar).replaceAll(":8080", `:${ports.api}`);
  if (name === "nginx") return wholeNginx(folder, site.replace("listen 80;", `listen unix:${socketOf(name)};`));
  return wholeCaddy(site.replace("api.example.com {", `http://:80 {\n\tbind unix/${socketOf(name)}`));
}

type Answer = { status: number | undefined; headers: http.IncomingHttpHeaders; text: string };
type Get = (address: string, headers: Record<string, string>) => Promise<Answer>;

/** Calls the proxy, run with these settings, as often as `use` asks. */
async function behind(name: (typeof PROXIES)[number], settings: string, use: (get: Get) => Promise<void>): Promise<void> {
  const socketPath = socketOf(name);
  const stop = await runProxy(name, settings, folder, { path: socketPath });
  const get: Get = (address, headers) =>
    new Promise((resolve, reject) => {
      const asking = http.get({ socketPath, path: address, headers: { Host: "api.example.com", ...headers } }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      asking.on("error", reject);
    });
  await use(get).finally(stop);
  fs.rmSync(socketPath, { force: true });
}

test.each(PROXIES)("%s, by the README, lets in whom the sidecar does, and tells the others why", (name) =>
  behind(name, settingsOf(name), async (get) => {
    const forged = { "X-Latchkey-User-Id": "x", "X-Latchkey-Permission": "x", "X-Latchkey-Cost": "0", "X-Forwarded-Uri": "/x" };
    const served = await get("/v1/sms/7?to=1", { ...forged, Authorization: `Bearer ${KEYS.VALID}` });
    expect(served).toMatchObject({ status: 200, text: "served" });
    expect(verifier.asked.at(-1)?.options).toEqual({ permission: "sms:send", cost: 1, secret: undefined });
    expect(verifier.reported.at(-1)).toEqual({ keyId: VALID.key_id, delta: 1, endpoint: "/v1/sms/7" });
    const whose = { "x-latchkey-key-id": VALID.key_id, "x-latchkey-user-id": VALID.user_id };
    expect(received.splice(0)).toMatchObject([{ ...whose, "x-latchkey-name": encodeURIComponent(VALID.name) }]);
    for (const code of CODES) {
      const { status, headers, text } = await get("/v1/sms", { "X-API-Key": KEYS[code] });
      const expected = statusOf(code);
      expect([status, JSON.parse(text).code]).toEqual([expected, code]);
      expect("www-authenticate" in headers).toBe(expected === 401);
      expect(headers["retry-after"]).toBe({ RATE_LIMITED: "30", UNAVAILABLE: "2" }[code as string]);
    }
    expect((await get("/v1/sms", {})).status).toBe(401);
    expect((await get(`/v1/sms?key=${KEYS.VALID}`, {})).status).toBe(400);
    expect(received).toEqual([]);
  }),
);

test.each(PROXIES)("behind %s nobody is let in where the sidecar is not there", (name) =>
  behind(name, settingsOf(name, `unix${name === "nginx" ? ":" : "/"}${folder}/nowhere`), async (get) => {
    expect((await get("/v1/sms", { "X-API-Key": KEYS.VALID })).status).toBe(name === "nginx" ? 503 : 502);
  }),
);

test("the README has settings for each", () => {
  for (const name of ["nginx", "caddy"]) expect(settingsOf(name)).toContain(`127.0.0.1:${ports.sidecar}`);
});
