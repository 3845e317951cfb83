import { type ExecFileException, execFile, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MADE_SECRETS, withPreviewSecrets } from "../../lib/settings/preview-secrets";
import { call, type TestKey } from "../support/client";
import { copyClone } from "../support/clone";
import { registerOverHttp, type TestUser } from "../support/people";
import { startRelay } from "../support/relay";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";
import { cleanEnvironment, deploymentSettings, type Settings, startServer, type TestServer } from "../support/server";
import { type Authority, newAuthority, startTlsFront, type TlsFront } from "../support/tls-front";

const COMMIT = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout.trim();
const OWN_HOST = "latchkey-1a2b3c-team.vercel.app";
const MIGRATION = "99990101000000_branch";

let home: string;
let clone: string;
let authority: Authority;
let database: ScratchDatabase;
let relay: Awaited<ReturnType<typeof startRelay>>;
let front: TlsFront;
let server: TestServer;
/** Those of Vercel and of its Neon integration, and nothing else. */
let platform: Record<string, string>;
let built: { status: number; output: string };
let person: TestUser;
let productionKey: TestKey;

function run(folder: string, args: string[], env: Settings): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--conditions=react-server", "scripts/run.mjs", ...args],
      { cwd: folder, env: { ...cleanEnvironment(), ...env } },
      (error: ExecFileException | null, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

/** A deployment of its own with people and keys, of whose database the preview gets a branch. */
async function useProduction(): Promise<void> {
  const production = await startServer({ ...deploymentSettings(database.url), APP_URL: "https://keys.example.com" });
  try {
    person = await registerOverHttp(production.url);
    const body = { key_name: "Production" };
    productionKey = (await call("/api/auth/keys/create/", { token: person.access, body }, production.url)).body.data;
  } finally {
    await production.stop("SIGKILL");
  }
}

/** The branch of the repository has a migration of its own. */
function checkOutBranch(): void {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-preview-"));
  clone = copyClone(path.join(home, "clone"), [".next"]);
  // As the platform does, with what is kept from build to build.
  fs.cpSync(path.join(".next", "cache"), path.join(clone, ".next", "cache"), { recursive: true });
  const folder = path.join(clone, "prisma", "migrations", MIGRATION);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "migration.sql"), "CREATE TABLE of_the_branch (id int);");
}

beforeAll(async () => {
  database = await scratchDatabase();
  await useProduction();
  checkOutBranch();
  authority = await newAuthority();
  front = await startTlsFront(() => server.url, { authority });
  const local = new URL(database.url);
  relay = await startRelay(local);
  const neon = `postgresql://${local.username}:${local.password}@ep-a-b-123456-pooler.eu-central-1.aws.neon.tech${local.pathname}`;
  platform = {
    VERCEL: "1",
    VERCEL_ENV: "preview",
    VERCEL_URL: OWN_HOST,
    VERCEL_BRANCH_URL: new URL(front.url).host,
    VERCEL_PROJECT_PRODUCTION_URL: "keys.example.com",
    VERCEL_GIT_COMMIT_SHA: COMMIT,
    DATABASE_URL: `${neon}?sslmode=require`,
    // Neon's own, which the local relay stands in for, is not in reach.
    DATABASE_URL_UNPOOLED: database.url,
  };
  built = await run(clone, ["build"], platform);
  server = await startServer({ ...platform, NEON_WS_PROXY: relay.address }, clone);
}, 300_000);

afterAll(async () => {
  await server?.stop("SIGKILL");
  front?.stop();
  await relay?.stop();
  await database?.drop();
  for (const folder of [home, path.dirname(authority.file)]) fs.rmSync(folder, { recursive: true, force: true });
});

const secrets = () => withPreviewSecrets(platform);
/** As Vercel passes a request on that came to `host`. */
const at = (host: string) => ({ "x-forwarded-proto": "https", "x-forwarded-host": host });

describe("A preview with nothing but the variables of Vercel and its Neon integration", () => {
  test("applies the branch's migration in its build, and knows that it did", async () => {
    expect(built).toStrictEqual({ status: 0, output: `Applied migrations: ${MIGRATION}.\n` });
    expect(await database.query("SELECT count(*)::int AS count FROM of_the_branch")).toStrictEqual([{ count: 0 }]);
    const { status, body } = await call("/api/health", {}, server.url);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "ok", commit: COMMIT, database: "ok", migrations: "current" });
    // It was Neon's driver that asked.
    expect(relay.connections()).toBeGreaterThan(0);
  });

  test("passes the deployment check at its branch's address, with the secrets that follow from its database", async () => {
    const env = {
      ...Object.fromEntries(MADE_SECRETS.map((name) => [name, secrets()[name]])),
      SMOKE_EMAIL: person.email,
      SMOKE_PASSWORD: person.password,
      NODE_EXTRA_CA_CERTS: authority.file,
    };
    const { status, output } = await run(".", ["smoke", front.url], env);
    expect(output).toMatch(/✓ A key's life\n\nAll \d+ checks passed\.\n$/);
    expect(output).not.toMatch(/[✗–]/);
    expect(status).toBe(0);
  });

  test("writes its branch's address into tokens, and signs them by a key of its own", async () => {
    const { email, password } = person;
    const { body } = await call("/api/auth/login/", { body: { email, password } }, server.url);
    const read = (token: string) => token.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    const [header, claims] = read(body.tokens.access);
    expect(claims).toMatchObject({ iss: front.url, aud: front.url });
    const published = (await call("/api/auth/jwks", {}, server.url)).body.keys.map(({ kid }: { kid: string }) => kid);
    expect(published).toContain(header.kid);
    expect(published).not.toContain(read(person.access)[0].kid);
    expect((await call("/api/auth/profile/", { token: body.tokens.access }, server.url)).status).toBe(200);
    expect((await call("/api/auth/profile/", { token: person.access }, server.url)).status).toBe(401);
  });

  test("sets cookies that only https sends, at the address of the deployment too", async () => {
    const { email, password } = person;
    const headers = { ...at(OWN_HOST), Origin: `https://${OWN_HOST}` };
    const answer = await call("/api/auth/sign-in/email", { body: { email, password }, headers }, server.url);
    expect(answer.status).toBe(200);
    const cookies = answer.headers.getSetCookie();
    expect(cookies).not.toStrictEqual([]);
    for (const cookie of cookies) expect(cookie).toMatch(/^__Secure-.*; Secure/);
    const cookie = cookies.map((text) => text.split(";", 1)[0]).join("; ");
    const profile = await call("/api/auth/profile/", { headers: { ...headers, Cookie: cookie } }, server.url);
    expect(profile.body.email).toBe(email);
  });

  test.each<[string, () => string, number]>([
    ["its branch", () => front.url, 204],
    ["the deployment", () => `https://${OWN_HOST}`, 204],
    ["production", () => "https://keys.example.com", 204],
    ["the deployment over plain http", () => `http://${OWN_HOST}`, 403],
    ["another preview", () => "https://latchkey-4d5e6f-team.vercel.app", 403],
  ])("answers the preflight of pages of %s", async (_, origin, status) => {
    const headers = { ...at(new URL(front.url).host), Origin: origin(), "Access-Control-Request-Method": "GET" };
    for (const path of ["/api/auth/settings/", "/api/api-keys"])
      expect((await call(path, { method: "OPTIONS", headers }, server.url)).status).toBe(status);
  });

  test("does not know the keys of production, and counts what it is asked", async () => {
    const { SERVICE_API_SECRET: token } = secrets();
    const verify = async (key: string) =>
      (await call("/api/keys/verify", { body: { key }, ...(token && { token }) }, server.url)).body.code;
    const { email, password } = person;
    const { body } = await call("/api/auth/login/", { body: { email, password } }, server.url);
    const create = { token: body.tokens.access, body: { key_name: "Preview" } };
    const { data } = (await call("/api/auth/keys/create/", create, server.url)).body;
    expect([await verify(productionKey.api_key), await verify(data.api_key)]).toStrictEqual(["NOT_FOUND", "VALID"]);
    expect(server.output()).not.toMatch(/outside a request scope|"level":(50|"error")/);
  });
});

describe("The build on Vercel stops, and names what is missing", () => {
  test.each<[string, () => Settings, RegExp]>([
    [
      "without a database",
      () => ({ ...platform, DATABASE_URL: undefined }),
      /^\nDATABASE_URL is not set: connect a Neon database to this project, for this environment, and deploy again\.\n$/,
    ],
    [
      "in production without secrets",
      () => ({ ...platform, VERCEL_ENV: "production", ADMIN_API_SECRET: "given" }),
      /these must be set too \(see \.env\.example\): BETTER_AUTH_SECRET, KEY_HASH_SECRET\.\n$/,
    ],
    [
      "with a database that is not there",
      () => ({ ...platform, DATABASE_URL_UNPOOLED: "postgresql://nobody:topsecret@127.0.0.1:1/latchkey" }),
      /^\nThe database of DATABASE_URL cannot be used: nothing answers there \(ECONNREFUSED\)\.\n$/,
    ],
  ])("%s", async (_, settings, sentence) => {
    const { status, output } = await run(clone, ["build"], settings());
    expect(output).toMatch(sentence);
    expect(output).not.toContain("topsecret");
    expect(status).toBe(1);
  });
});
