import { type ExecFileException, execFile, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../app/docs/reference/document";
import { freePort } from "../../scripts/ports";
import { runChecks } from "../../scripts/smoke-checks";
import type { SmokeSettings } from "../../scripts/smoke-site";
import { judgeValidity } from "../../scripts/smoke-tls";
import { adminCall, shared } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { scratchDatabase } from "../support/scratch-database";
import { cleanEnvironment, type Settings, startServer } from "../support/server";
import { type Authority, type CertificateOptions, newAuthority, startTlsFront, type TlsFront } from "../support/tls-front";

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

const COMMIT = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout.trim();

type Headers = http.IncomingHttpHeaders;

type OwnAnswer = { status: number; headers?: http.OutgoingHttpHeaders; body?: string };

/** What a proxy in front of the server does to requests and answers. */
type Meddling = {
  request?: (headers: Headers) => Headers;
  answer?: (path: string, headers: Headers) => OwnAnswer | "cut" | null;
  headers?: (headers: Headers) => Headers;
  body?: (path: string, body: string) => string;
};

/** The shared server behind a proxy that does it no good. It passes for a server of this commit that knows its address. */
async function behind({ request = same, answer, headers = same, body = (_, text) => text }: Meddling): Promise<string> {
  const target = new URL(shared().url);
  const server = http.createServer((incoming, response) => {
    const asked = incoming.url ?? "/";
    const own = answer?.(asked, incoming.headers);
    if (own === "cut") {
      incoming.socket.destroy();
      return;
    }
    if (own) {
      response.writeHead(own.status, own.headers).end(own.body ?? "{}");
      return;
    }
    const to = {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: asked,
      headers: request(incoming.headers),
    };
    const forwarded = http.request(to, (received) => {
      const chunks: Buffer[] = [];
      received.on("data", (chunk) => chunks.push(chunk));
      received.on("end", () => {
        const { "content-length": _, "transfer-encoding": __, ...rest } = headers(received.headers);
        const text = asAtHome(asked, Buffer.concat(chunks).toString("utf8"));
        response.writeHead(received.statusCode ?? 502, rest).end(body(asked, text));
      });
    });
    incoming.pipe(forwarded);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const asAtHome = (asked: string, text: string) => {
    if (/^\/api\/health\/?$/.test(asked)) return JSON.stringify({ ...JSON.parse(text), commit: COMMIT });
    return /^\/api\/openapi\.json\/?$/.test(asked) ? text.replaceAll(shared().url, url) : text;
  };
  return url;
}

const same = <T>(value: T): T => value;
const without = (name: string) => (headers: Headers) =>
  Object.fromEntries(Object.entries(headers).filter(([header]) => !header.startsWith(name)));

/** The checks with a cross, and what each says. */
async function crosses(url: string, settings: SmokeSettings = {}): Promise<Record<string, string>> {
  const results = await runChecks(url, settings);
  return Object.fromEntries(results.flatMap(({ name, problem }) => (problem === null ? [] : [[name, problem]])));
}

const matching = (expected: Record<string, RegExp>) =>
  Object.fromEntries(Object.entries(expected).map(([name, sentence]) => [name, expect.stringMatching(sentence)]));

/** The command as it is typed. */
function smoke(url: string, env: Settings): Promise<{ status: number; output: string }> {
  const args = ["--conditions=react-server", "scripts/run.mjs", "smoke", url];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { env: { ...cleanEnvironment(), ...env } },
      (error: ExecFileException | null, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

const credentials = (user: TestUser) => ({ ...shared().settings, SMOKE_EMAIL: user.email, SMOKE_PASSWORD: user.password });

// Other tests sign in from this machine's address at the same time: the usual limit would be theirs together.
const soundSettings = () => ({ ...shared().settings, LATCHKEY_COMMIT: COMMIT, AUTH_RATE_LIMIT_PER_MINUTE: "100000" });

test("The deployment check of a sound deployment passes, and leaves no key behind", async () => {
  const user = await newUser();
  const server = await startServer(soundSettings());
  try {
    const { status, output } = await smoke(server.url, credentials(user));
    expect(output).toMatch(
      /✓ Commit\n[\s\S]*✓ DELETE \/api\/api-keys\/\{id\}\n[\s\S]*✓ A key's life\n\nAll \d+ checks passed\.\n$/,
    );
    expect(output).not.toMatch(/[✗–]/);
    expect(status).toBe(0);
    expect((await adminCall(`/api/api-keys?userId=${user.id}`)).body.keys).toStrictEqual([]);
  } finally {
    await server.stop("SIGKILL");
  }
});

const html = { "content-type": "text/html" };
const KEY_ROUTES = /^\/api\/(auth\/keys|api-keys)\b/;
const routeNames = OPERATIONS.map(({ method, path: route }) => `${method} ${route}`);

describe("The deployment check names what is wrong with a deployment, and only that", () => {
  test.each<[string, Meddling, Record<string, RegExp>]>([
    ["with nothing but a proxy in front", {}, {}],
    [
      "that is stale and has no routes for keys",
      { answer: (asked) => (KEY_ROUTES.test(asked) ? { status: 404, headers: html, body: "<!doctype html>" } : null) },
      Object.fromEntries(
        routeNames
          .filter((name) => KEY_ROUTES.test(name.replace(/^\w+ /, "")))
          .map((name) => [name, /^\/api\/\S+ is missing \(404\): deploy this version again/]),
      ),
    ],
    [
      "of another commit",
      { body: (asked, text) => (asked === "/api/health" ? text.replace(COMMIT, "0123456789abcdef0123") : text) },
      { Commit: /^It runs commit 0123456789ab, and this folder has [0-9a-f]{12}: deploy again\.$/ },
    ],
    [
      "whose clock is five minutes ahead",
      { headers: (headers) => ({ ...headers, date: new Date(Date.now() + 300_000).toUTCString() }) },
      { Clock: /^Its clock is (29\d|30\d) seconds ahead of this one's: switch on time synchronisation\.$/ },
    ],
    [
      "whose clock is five minutes behind",
      { headers: (headers) => ({ ...headers, date: new Date(Date.now() - 300_000).toUTCString() }) },
      { Clock: /^Its clock is (29\d|30\d) seconds behind this one's: / },
    ],
    [
      "whose proxy adds slashes",
      {
        answer: (asked) =>
          /^\/(?:api|usage)[^?]*[^/?]$/.test(asked) ? { status: 308, headers: { location: `${asked}/` } } : null,
      },
      {
        "No redirects":
          /^\/api\/health redirects to \/api\/health\/, and so do \d\d more paths: switch off redirects, of slashes/,
      },
    ],
    [
      "whose proxy keeps Authorization to itself",
      { request: without("authorization") },
      { "Authorization arrives": /^The Authorization header is lost on the way: let the proxy pass it on\.$/ },
    ],
    [
      "whose proxy keeps x-signature to itself",
      { request: without("x-signature") },
      { "x-signature arrives": /^The x-signature header is lost on the way: let the proxy pass it on\.$/ },
    ],
    [
      "whose proxy keeps Origin to itself",
      { request: without("origin") },
      {
        "Other origins are refused":
          /^\/api\/auth\/settings\/ is not told whose pages call it \(204\): let the proxy pass OPTIONS and the Origin header on\.$/,
      },
    ],
    [
      "whose proxy strips the grant from preflights",
      { headers: without("access-control") },
      Object.fromEntries(
        ["http://localhost:3000", "https://portal.datazag.com"].map((origin) => [
          `Preflight from ${origin}`,
          /is answered 204 without its grant: let the proxy pass OPTIONS and all Access-Control headers on\.$/,
        ]),
      ),
    ],
    [
      "whose proxy answers preflights by itself",
      {
        answer: (_, headers) =>
          headers["access-control-request-method"]
            ? { status: 204, headers: { "access-control-allow-origin": headers.origin ?? "" } }
            : null,
      },
      { "Other origins are refused": /answers pages of any site \(204\): let no proxy answer OPTIONS/ },
    ],
    [
      "whose pages lost their policy",
      { headers: without("content-security-policy") },
      { "Security headers of pages": /^Pages come without a Content-Security-Policy with a nonce, frame-ancestors 'none': let/ },
    ],
    [
      "that moved",
      { answer: (asked) => ({ status: 301, headers: { location: `https://keys.example.com${asked}` } }) },
      {
        "The server answers":
          /^http:\/\/localhost:\d+ redirects to https:\/\/keys\.example\.com\/api\/health: check the deployment at the address/,
      },
    ],
    [
      "behind a sign-in of the platform",
      { answer: () => ({ status: 401, headers: html, body: "<!doctype html>" }) },
      {
        "The server answers":
          /^It asks who is there before the server is reached: open it, or give VERCEL_AUTOMATION_BYPASS_SECRET/,
      },
    ],
  ])("%s", async (_, meddling, expected) => {
    const found = await crosses(await behind(meddling));
    const isGrantLost = Object.keys(expected).some((name) => name.startsWith("Preflight"));
    if (!isGrantLost) return expect(found).toStrictEqual(matching(expected));
    // The same for each allowed origin.
    expect(found).toMatchObject(matching(expected));
    expect(Object.keys(found).filter((name) => !name.startsWith("Preflight from "))).toStrictEqual([]);
  });

  test.each<[string, Settings, Record<string, RegExp>]>([
    [
      "without an admin secret",
      { ADMIN_API_SECRET: undefined },
      {
        "Admin secret":
          /^The admin API has no secret to check its callers with: set ADMIN_API_SECRET on the server, or give SERVICE_CREDENTIAL here if /,
      },
    ],
    [
      "without the secrets of the data plane",
      { SERVICE_API_SECRET: "", USAGE_WEBHOOK_SECRET: "" },
      {
        "POST /api/keys/verify":
          /^\/api\/keys\/verify has no secret .*: set SERVICE_API_SECRET on the server, or give SERVICE_CREDENTIAL here if /,
        "POST /usage": /^\/usage has no secret .*: set USAGE_WEBHOOK_SECRET on the server, or give SERVICE_CREDENTIAL here if /,
      },
    ],
    [
      "with two wrong settings",
      { KEY_HASH_SECRET: "topsecret", SIGNUP_CREDITS: "topsecret" },
      {
        Health:
          /^Its settings need attention \(KEY_HASH_SECRET must have at least 32 characters; SIGNUP_CREDITS must be a whole number of credits, in digits alone, such as 1000\): correct them where it is started\.$/,
      },
    ],
    [
      "that believes in another address",
      { APP_URL: "https://keys.example.com" },
      {
        Address:
          /^It is reached at http:\/\/localhost:\d+, but its APP_URL is https:\/\/keys\.example\.com: set APP_URL to the address that people use\.$/,
      },
    ],
    [
      "whose database cannot be reached",
      { DATABASE_URL: "postgresql://nobody:topsecret@127.0.0.1:1/latchkey" },
      { Health: /^Its database cannot be reached: check DATABASE_URL, and that the database runs\.$/ },
    ],
    [
      "whose Neon host cannot be reached",
      { DATABASE_URL: "postgresql://nobody:topsecret@ep-a.eu-central-1.aws.neon.tech/latchkey", NEON_WS_PROXY: "127.0.0.1:1" },
      { Health: /^Its database cannot be reached: / },
    ],
  ])("%s", async (_, settings, expected) => {
    const server = await startServer({ ...shared().settings, LATCHKEY_COMMIT: COMMIT, ...settings });
    try {
      const found = await crosses(server.url);
      expect(found).toStrictEqual(matching(expected));
      expect(JSON.stringify(found) + server.output()).not.toContain("topsecret");
      // Whose callers are all services needs no other secret for them.
      if (/has no secret/.test(JSON.stringify(found)))
        expect(await crosses(server.url, { SERVICE_CREDENTIAL: "lks_of-a-service" })).toStrictEqual({});
    } finally {
      await server.stop("SIGKILL");
    }
  });

  test("whose database is behind by a migration", async () => {
    const database = await scratchDatabase();
    const [last] = await database.query<{ name: string }>(
      "DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations) RETURNING migration_name AS name",
    );
    const server = await startServer({ ...shared().settings, LATCHKEY_COMMIT: COMMIT, DATABASE_URL: database.url });
    try {
      expect(await crosses(server.url)).toStrictEqual({
        Health: `Its database is behind (pending: ${last?.name}): run \`npm run migrate\` with its DATABASE_URL.`,
      });
    } finally {
      await server.stop("SIGKILL");
      await database.drop();
    }
  });

  test("whose proxy keeps X-Admin-Secret to itself, and no key is made that could not be removed", async () => {
    const user = await newUser();
    const found = await crosses(await behind({ request: without("x-admin-secret") }), credentials(user));
    expect(found).toStrictEqual(
      matching({ "Admin secret": /^The admin API refuses the ADMIN_API_SECRET given here: correct it, or let the proxy pass/ }),
    );
    expect((await adminCall(`/api/api-keys?userId=${user.id}`)).body.keys).toStrictEqual([]);
  });

  test("that has none of the routes, each of them by name, and ends with status 1", async () => {
    const url = await behind({ answer: () => ({ status: 404, headers: { "content-type": "application/json" } }) });
    const { status, output } = await smoke(url, {});
    expect(status).toBe(1);
    for (const name of routeNames) expect(output).toMatch(new RegExp(`^✗ ${name}\n {4}\\S+ is missing \\(404\\): `, "m"));
    expect(output).toMatch(/^✗ Health\n {4}.*another program is at this address\.$/m);
    expect(output).toMatch(/\n\d+ of \d+ checks failed\. Each says above how to mend it\.\n$/);
  });

  test("that breaks off in the middle, and ends with status 1", async () => {
    const url = await behind({ answer: (asked) => (asked === "/api/auth/settings" ? "cut" : null) });
    const { status, output } = await smoke(url, {});
    expect(output).toBe(
      "\n/api/auth/settings is not answered: look into the logs of the server and of the proxy, and try again.\n",
    );
    expect(status).toBe(1);
  });

  test("that does not answer at all", async () => {
    const url = `http://localhost:${await freePort()}`;
    expect(await crosses(url)).toStrictEqual({
      "The server answers": `Nothing answers at ${url}: start the server there, or correct the address.`,
    });
  });
});

describe("The deployment check of a deployment on https", () => {
  let authority: Authority;
  let front: TlsFront | undefined;
  beforeAll(async () => {
    authority = await newAuthority();
  });
  afterEach(() => front?.stop());
  afterAll(() => fs.rmSync(path.dirname(authority.file), { recursive: true }));

  test.each<[string, () => CertificateOptions, RegExp]>([
    ["has expired", () => ({ fromDays: -90, toDays: -1, authority }), /^Its certificate expired on \d{4}-\d\d-\d\d: renew it\.$/],
    ["is not valid yet", () => ({ fromDays: 2, authority }), /^Its certificate is valid from \d{4}-\d\d-\d\d on: set the clocks/],
    [
      "is for another host",
      () => ({ host: "keys.example.com", authority }),
      /^Its certificate is not for localhost: get one for that name\.$/,
    ],
    ["is signed by itself", () => ({}), /^Its certificate is signed by itself: get one from an authority/],
  ])("names a certificate that %s", async (_, certificate, sentence) => {
    front = await startTlsFront(() => shared().url, certificate());
    const { status, output } = await smoke(front.url, { NODE_EXTRA_CA_CERTS: authority.file });
    expect(output).toMatch(/^✗ Certificate\n {4}.*\n\n1 of 1 checks failed/);
    expect(output.split("\n")[1]?.trim()).toMatch(sentence);
    expect(status).toBe(1);
  });

  test("finds nothing to mend in a sound one", async () => {
    let target = "";
    front = await startTlsFront(() => target, { authority });
    const server = await startServer({ ...soundSettings(), APP_URL: front.url });
    target = server.url;
    try {
      const env = { ...credentials(await newUser()), NODE_EXTRA_CA_CERTS: authority.file };
      const { status, output } = await smoke(front.url, env);
      expect(output).toMatch(/✓ Certificate\n✓ Plain http\n[\s\S]*✓ A key's life\n\nAll \d+ checks passed\.\n$/);
      expect(output).not.toMatch(/[✗–]/);
      expect(status).toBe(0);
    } finally {
      await server.stop("SIGKILL");
    }
  });

  test("names a certificate of nobody known", async () => {
    front = await startTlsFront(() => shared().url, { authority });
    expect(await crosses(front.url)).toStrictEqual(
      matching({ Certificate: /^Its certificate comes from an authority that is not known \(\w+\): serve the whole chain/ }),
    );
  });

  test("names what speaks no TLS", async () => {
    const { port } = new URL(shared().url);
    expect(await crosses(`https://localhost:${port}`)).toStrictEqual(
      matching({ Certificate: /^What answers there does not speak TLS: let the proxy serve https on this port\.$/ }),
    );
  });

  test("names a certificate that nothing renews, an open plain http and an APP_URL that is not https", async () => {
    front = await startTlsFront(() => shared().url, { authority, fromDays: -80, toDays: 10, isPlainOpen: true });
    const { output } = await smoke(front.url, { NODE_EXTRA_CA_CERTS: authority.file });
    expect(output).toMatch(
      /^✗ Certificate\n {4}Its certificate expires on \d{4}-\d\d-\d\d: renew it now, and let something renew it/m,
    );
    expect(output).toMatch(
      /^✗ Plain http\n {4}http:\/\/localhost:\d+ answers in clear \(200\): let it redirect to https, or close it\.$/m,
    );
    expect(output).toMatch(/^✗ Security headers of pages\n {4}Pages come without Strict-Transport-Security \(set APP_URL/m);
  });

  test.each([
    [90, 15, true],
    [90, 14, false],
    [6, 2, true],
    [6, 1.5, false],
  ])("finds a certificate of %d days with %d days left sound: %s", (life, left, isSound) => {
    const now = Date.parse("2030-01-01T00:00:00Z");
    const [validFrom, validTo] = [left - life, left].map((days) => new Date(now + days * 24 * 3600 * 1000));
    if (!validFrom || !validTo) throw new Error("two dates");
    expect(judgeValidity({ validFrom, validTo }, new Date(now)) === null).toBe(isSound);
  });
});
