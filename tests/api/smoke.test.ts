import { execFile, spawnSync } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { APIS } from "../../app/endpoints";
import { type Result, runChecks } from "../../scripts/smoke-checks";
import { adminCall, newUser, shared } from "../support/client";
import { scratchDatabase } from "../support/scratch-database";
import { cleanEnvironment, startServer } from "../support/server";

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** What a proxy in front of the server does to requests and answers. */
type Meddling = {
  path?: (path: string) => string;
  answer?: (path: string, headers: http.IncomingHttpHeaders) => { status: number; headers?: http.OutgoingHttpHeaders } | null;
  headers?: (headers: http.IncomingHttpHeaders) => http.IncomingHttpHeaders;
  body?: (path: string, body: string) => string;
};

/** A deployment behind a proxy that does it no good. */
async function behind({ path = (same) => same, answer, headers = (same) => same, body }: Meddling): Promise<string> {
  const target = new URL(shared().url);
  const server = http.createServer((request, response) => {
    const asked = request.url ?? "/";
    const own = answer?.(asked, request.headers);
    if (own) {
      response.writeHead(own.status, own.headers).end("{}");
      return;
    }
    const options = {
      host: target.hostname,
      port: target.port,
      method: request.method,
      path: path(asked),
      headers: request.headers,
    };
    const forwarded = http.request(options, (received) => {
      const chunks: Buffer[] = [];
      received.on("data", (chunk) => chunks.push(chunk));
      received.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { "content-length": _, "transfer-encoding": __, ...rest } = headers(received.headers);
        response.writeHead(received.statusCode ?? 502, rest).end(body ? body(asked, text) : text);
      });
    });
    request.pipe(forwarded);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** Crosses, without the one that every test meets: the shared server was not told its commit. */
async function crosses(url: string): Promise<Result[]> {
  const results = await runChecks(url, {});
  return results.filter(({ name, problem }) => problem && name !== "Commit");
}

const isApi = (path: string) => path.startsWith("/api/") && path !== "/api/health";
const without = (name: string) => (headers: http.IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([header]) => !header.startsWith(name)));

test("The deployment check of a sound deployment passes, and leaves no key behind", async () => {
  const { settings } = shared();
  const user = await newUser();
  const commit = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout.trim();
  const server = await startServer({ ...settings, LATCHKEY_COMMIT: commit });
  try {
    const env = { ...cleanEnvironment(), ...settings, SMOKE_EMAIL: user.email, SMOKE_PASSWORD: user.password };
    const command = [process.execPath, ["--conditions=react-server", "scripts/run.mjs", "smoke", server.url], { env }] as const;
    const { stdout } = await promisify(execFile)(...command);
    expect(stdout).toMatch(/✓ Commit\n[\s\S]*✓ DELETE \/api\/api-keys\/:id\n[\s\S]*✓ A key's life\n\nAll \d+ checks passed\.\n$/);
    expect(stdout).not.toMatch(/[✗–]/);
    expect((await adminCall(`/api/api-keys?userId=${user.id}`)).body.keys).toStrictEqual([]);
  } finally {
    await server.stop();
  }
});

describe("The deployment check names what is wrong with a deployment", () => {
  test.each<[string, Meddling, Record<string, RegExp>]>([
    [
      "whose proxy adds slashes",
      { answer: (path) => (isApi(path) && !path.endsWith("/") ? { status: 308, headers: { location: `${path}/` } } : null) },
      {
        "POST /api/auth/login/": /^\/api\/auth\/login redirects to \/api\/auth\/login\/: switch off redirects of slashes/,
        "Preflight from https://portal.datazag.com":
          /^The preflight of \/api\/api-keys from .* is answered 308 without its grant/,
        "Admin secret": /answered 308 and not 401/,
      },
    ],
    [
      "whose proxy strips the grant from preflights",
      { headers: without("access-control") },
      { "Preflight from https://portal.datazag.com": /is answered 204 without its grant: let the proxy pass OPTIONS/ },
    ],
    [
      "whose proxy answers preflights by itself",
      {
        answer: (_path, headers) =>
          headers["access-control-request-method"]
            ? { status: 204, headers: { "access-control-allow-origin": headers.origin ?? "" } }
            : null,
      },
      { "Other origins are refused": /answers pages of any site \(204\): let no proxy answer OPTIONS/ },
    ],
    [
      "that lacks a route",
      { answer: (path) => (path.startsWith("/api/auth/keys/create") ? { status: 404 } : null) },
      { "POST /api/auth/keys/create/": /^\/api\/auth\/keys\/create is missing \(404\): deploy this version again/ },
    ],
    [
      "whose pages lost their policy",
      { headers: without("content-security-policy") },
      { "Security headers of pages": /^Pages come without a Content-Security-Policy with a nonce, frame-ancestors 'none': let/ },
    ],
    [
      "whose clock is five minutes ahead",
      { headers: (headers) => ({ ...headers, date: new Date(Date.now() + 300_000).toUTCString() }) },
      { Clock: /^Its clock is (299|300|301) seconds ahead of this one's/ },
    ],
  ])("%s", async (_, meddling, expected) => {
    const found = await crosses(await behind(meddling));
    for (const [name, sentence] of Object.entries(expected)) {
      expect(found.find((result) => result.name === name)?.problem).toMatch(sentence);
    }
    // Nothing that still works is complained of.
    const isAboutIt = (name: string) =>
      name in expected || (Object.keys(expected).length > 2 ? true : name.startsWith("Preflight"));
    expect(found.map(({ name }) => name).filter((name) => !isAboutIt(name))).toStrictEqual([]);
  });

  test("that is of another commit", async () => {
    const body = (path: string, text: string) =>
      path === "/api/health" ? JSON.stringify({ ...JSON.parse(text), commit: "0123456789abcdef0123" }) : text;
    const results = await runChecks(await behind({ body }), {});
    expect(results.find(({ name }) => name === "Commit")?.problem).toMatch(
      /^It runs commit 0123456789ab, and this folder has [0-9a-f]{12}: deploy again\.$/,
    );
  });

  test("whose database is behind by a migration", async () => {
    const database = await scratchDatabase();
    const [last] = await database.query<{ name: string }>(
      "DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations) RETURNING migration_name AS name",
    );
    const server = await startServer({ ...shared().settings, DATABASE_URL: database.url });
    try {
      expect(await crosses(server.url)).toStrictEqual([
        {
          name: "Health",
          problem: `Its database is behind (pending: ${last?.name}): run \`npm run migrate\` with its DATABASE_URL.`,
        },
      ]);
    } finally {
      await server.stop();
      await database.drop();
    }
  });

  test("that has none of the routes, each of them by name", async () => {
    const found = await crosses(
      await behind({ answer: () => ({ status: 404, headers: { "content-type": "application/json" } }) }),
    );
    const routes = APIS.flatMap(({ routes }) =>
      routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)),
    );
    expect(found.filter(({ problem }) => problem?.includes("is missing (404)")).map(({ name }) => name)).toStrictEqual(routes);
    expect(found.find(({ name }) => name === "Health")?.problem).toMatch(/another program is at this address/);
  });

  test("that does not answer at all", async () => {
    const url = await behind({});
    for (const server of servers.splice(0)) server.close().closeAllConnections();
    expect(await runChecks(url, {})).toStrictEqual([
      { name: "The server answers", problem: `Nothing answers at ${url}: start the server there, or correct the address.` },
    ]);
  });
});
