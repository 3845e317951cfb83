import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../../scripts/postgres";
import { type Answer, type CallOptions, call, randomEmail } from "../support/client";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { deploymentSettings, startServer, type TestServer, until } from "../support/server";

let folder: string;
let cluster: Cluster;
let server: TestServer;
/** Every text that only its owner may know, under a name for the failure message. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  folder = newFolder("leaks");
  cluster = await openMigrated(folder);
  keep("PostgreSQL password", new URL(cluster.url).password);
});

afterAll(async () => {
  await server.stop("SIGKILL");
});

function keep(name: string, secret: string): string {
  if (secret.length < 8) throw new Error(`${name} is too short to be looked for`);
  secrets.set(`${name} ${secrets.size}`, secret);
  return secret;
}

async function ask(address: string, options: CallOptions = {}, status = 200): Promise<Answer> {
  const answer = await call(address, options, server.url);
  expect({ address, status: answer.status, text: answer.text }).toMatchObject({ address, status });
  return answer;
}

function keepTokens(tokens: { access: string; refresh: string }): { access: string; refresh: string } {
  return { access: keep("access token", tokens.access), refresh: keep("refresh token", tokens.refresh) };
}

/** A key's life through both APIs, and the sign-ins around it. */
async function liveThroughEverything(settings: Record<string, string>) {
  const email = randomEmail();
  const password = keep("password", "Correct-Horse-7-Battery");
  const names = { first_name: "Asha", last_name: "Mrema" };
  const registered = await ask("/api/auth/register/", { body: { email, password, password_confirm: password, ...names } }, 201);
  keepTokens(registered.body.tokens);
  const { id: userId } = registered.body.user;
  const login = await ask("/api/auth/login/", { body: { email, password } });
  const before = keepTokens(login.body.tokens);
  keepTokens((await ask("/api/auth/token/refresh/", { body: { refresh: before.refresh } })).body);
  const wrong = keep("wrong password", "Wrong-Horse-8-Battery");
  await ask("/api/auth/login/", { body: { email, password: wrong } }, 400);
  await ask("/api/auth/login/", { body: { email: randomEmail(), password: wrong } }, 400);

  const origin = { Origin: server.url };
  const signedIn = await ask("/api/auth/sign-in/email", { body: { email, password }, headers: origin });
  const cookie = signedIn.headers.getSetCookie().find((entry) => entry.includes("session_token=")) ?? "";
  const value = keep("session cookie", /session_token=([^;]+)/.exec(cookie)?.[1] ?? "");
  keep("session cookie, decoded", decodeURIComponent(value));

  const changed = keep("changed password", "Another-Horse-9-Battery");
  await ask("/api/auth/change-password", {
    body: { currentPassword: password, newPassword: changed },
    headers: { Cookie: cookie.split(";")[0] ?? "", ...origin },
  });
  // The new password ended every session of before.
  const again = await ask("/api/auth/login/", { body: { email, password: changed } });
  const { access: token, refresh } = keepTokens(again.body.tokens);

  const keepPair = ({ api_key, secret_key }: { api_key: string; secret_key: string | null }) => {
    keep("key", api_key);
    if (secret_key) keep("secret", secret_key);
    return { key: api_key, secret: secret_key };
  };
  const idempotent = { "Idempotency-Key": keep("idempotency key", "one-and-only-attempt-that-counts") };
  const created = await ask("/api/auth/keys/create/", { token, body: { key_name: "Leak test" }, headers: idempotent }, 201);
  const first = keepPair(created.body.data);
  const own = `/api/auth/keys/${created.body.data.id}`;
  const second = keepPair((await ask(`${own}/regenerate/`, { token, body: { grace_seconds: 3600 } })).body.data);
  keepPair((await ask(`${own}/regenerate/`, { token, method: "POST" })).body.data);
  await ask(`${own}/revoke/`, { token, method: "POST" });

  const admin = { "X-Admin-Secret": settings.ADMIN_API_SECRET ?? "" };
  const issued = await ask("/api/api-keys", { headers: admin, body: { userId, name: "Leak test" } }, 201);
  const datazag = keep("key", issued.body.key.key);
  await ask(`/api/api-keys?userId=${userId}`, { headers: admin });
  const service = settings.SERVICE_API_SECRET;
  for (const pair of [first, second]) await ask("/api/keys/verify", { token: service, body: pair });
  await ask("/api/keys/verify", { token: service, body: { key: datazag } });
  await ask(`/api/api-keys/${issued.body.key.id}`, { headers: admin, method: "DELETE" });
  await ask("/api/auth/logout/", { token, body: { refresh } });
  return { email, token };
}

/** Everything secret, sent to where it does not belong. What comes back does not matter here, what is kept does. */
async function misplaceEverything(): Promise<void> {
  for (const secret of [...secrets.values(), keep("passphrase", "correct-horse-battery-staple")]) {
    const inAddress = encodeURIComponent(secret);
    const places: [string, CallOptions][] = [
      [`/api/${inAddress}`, {}],
      [`/api/api-keys/${inAddress}`, { method: "DELETE" }],
      [`/api/auth/keys/${inAddress}/revoke/`, { method: "POST" }],
      [`/api/auth/${inAddress}`, { method: "POST", body: {} }],
      [`/api/keys/verify?key=${inAddress}`, { body: { key: secret } }],
      [`/api/auth/settings/?token=${inAddress}`, { token: secret }],
      [`/api/auth/profile/`, { headers: { Authorization: `Basic ${secret}` } }],
      [`/api/auth/profile/`, { headers: { Authorization: secret, Cookie: `better-auth.session_token=${inAddress}` } }],
      [`/api/api-keys`, { headers: { "X-Admin-Secret": secret }, body: { userId: secret } }],
      [`/api/auth/login/`, { raw: `{"password":"${secret}` }],
      [`/api/auth/login/`, { body: { email: "nobody@example.com", [secret]: secret, password: { secret } } }],
      [`/api/auth/login/`, { body: { email: secret, password: secret } }],
      [`/api/auth/sign-in/email`, { body: { email: secret, password: secret } }],
      [`/api/auth/token/refresh/`, { body: { refresh: secret } }],
      [`/api/auth/settings/`, { headers: { Origin: `https://${secret}`, Referer: `https://x/${inAddress}` } }],
      [`/api/health`, { headers: { "X-Request-Id": secret, "X-Forwarded-For": secret, "X-Real-Ip": secret } }],
    ];
    for (const [address, options] of places) await fetchAnything(address, options);
    await sendRaw(`GET /api/health?${secret} HTTP/1.1\r\nHost: localhost\r\nBad Header ${secret}\r\n\r\n`);
  }
}

async function fetchAnything(address: string, { method, body, raw, token, headers }: CallOptions): Promise<void> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(server.url + address, {
    method: method ?? (payload === undefined ? "GET" : "POST"),
    headers: {
      "Content-Type": "application/json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: payload as BodyInit | undefined,
    redirect: "manual",
  });
  await response.text();
}

/** What no HTTP client would send. */
function sendRaw(text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(server.port, "127.0.0.1", () => socket.end(text));
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.resume();
  });
}

/** Every row of every table of every schema that is not PostgreSQL's own, as text. */
async function dumpDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'`,
    );
    const dumps: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      dumps.push(`${name}\n${rows.map(({ row }) => row).join("\n")}`);
    }
    return dumps.join("\n");
  } finally {
    await client.end();
  }
}

/** The names of the secrets that a place holds, in clear or in the forms in which databases and logs write bytes. */
function findSecrets(place: Buffer): string[] {
  return [...secrets]
    .filter(([, secret]) => {
      const bytes = Buffer.from(secret);
      const forms = [secret, encodeURIComponent(secret), bytes.toString("hex"), bytes.toString("base64"), JSON.stringify(secret)];
      return forms.some((form) => place.includes(form));
    })
    .map(([name]) => name);
}

function filesBelow(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

test("no credential, password, token, cookie or secret is kept in the database or in a log", async () => {
  const settings: Record<string, string> = { ...deploymentSettings(cluster.url), AUTH_RATE_LIMIT_PER_MINUTE: "100000" };
  for (const [name, value] of Object.entries(settings)) {
    if (name.endsWith("_SECRET")) keep(name, value);
  }
  server = await startServer(settings);
  const { email } = await liveThroughEverything(settings);
  await misplaceEverything();
  const kinds = ["password", "access token", "refresh token", "session cookie", "key", "secret", "ADMIN_API_SECRET"];
  for (const kind of kinds) expect([...secrets.keys()]).toContainEqual(expect.stringMatching(new RegExp(`^${kind} \\d+$`)));

  // What is searched is where things are kept: it holds the harmless facts about the same requests.
  const dump = await dumpDatabase();
  expect(dump).toContain(email);
  expect(dump).toContain("Leak test");
  expect(dump).toContain("api_key.regenerated");
  expect(findSecrets(Buffer.from(dump))).toStrictEqual([]);

  await until(() => server.output().includes('"route":"/api/auth/keys/[id]/revoke/"'), "the log to be written");
  await server.stop();
  expect(findSecrets(Buffer.from(server.output()))).toStrictEqual([]);

  // Nor is any left in PostgreSQL's files: its log, its journal and the rows that were removed.
  await cluster.stop("fast");
  const files = filesBelow(folder);
  expect(files).toContain(path.join(folder, "postgres.log"));
  expect(files.filter((file) => fs.readFileSync(file).includes(email)).length).toBeGreaterThan(0);
  const found = files.map((file) => [file, findSecrets(fs.readFileSync(file))] as const).filter(([, names]) => names.length > 0);
  expect(found).toStrictEqual([]);
});
