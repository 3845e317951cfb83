import { spawn } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { hash as hashBcrypt } from "@node-rs/bcrypt";
import { decodeJwt } from "jose";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signUsage } from "../../lib/usage/signature";
import { call, randomEmail } from "../support/client";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";
import { cleanEnvironment, deploymentSettings, scratchFolder, startServer, type TestServer } from "../support/server";

// From the tables of both originals, by the SQL of docs/moving-in.md and the command, to a portal of its own.

const base64url = (bytes: number) => randomBytes(bytes).toString("base64url");
const PASSWORD = "the password they have";
const ORIGINALS = {
  mifumo: {
    id: "7",
    email: randomEmail(),
    name: "Asha Mrema",
    key: `mif_${base64url(32)}`,
    secret: base64url(32),
    masked: 10,
    credits: 0,
  },
  datazag: {
    id: "user-7f",
    email: randomEmail(),
    name: "Juma Okello",
    key: `datazag_${randomBytes(16).toString("hex")}`,
    secret: null,
    masked: 14,
    credits: 40,
  },
} as const;
type Original = keyof typeof ORIGINALS;
const NAMES = Object.keys(ORIGINALS) as Original[];
const OWN_FORM = `datazag_${randomBytes(32).toString("hex")}`;
const REVOKED = `datazag_${randomBytes(16).toString("hex")}`;

let database: ScratchDatabase;
let settings: Record<string, string>;
let server: TestServer;
let folder: string;

function djangoHash(): string {
  const salt = base64url(12);
  return `pbkdf2_sha256$1000$${salt}$${pbkdf2Sync(PASSWORD, salt, 1000, 32, "sha256").toString("base64")}`;
}

const literal = (text: string) => pg.escapeLiteral(text);

/** The columns that the documents ask for, as the originals make them. */
const TABLES: Record<Original, (passwordHash: string) => string> = {
  mifumo: (hash) => `
    CREATE TABLE users (id bigint, password varchar(128), is_active boolean, email varchar(254), first_name varchar(150),
      last_name varchar(150), phone_number varchar(20), timezone varchar(50), is_verified boolean, created_at timestamptz);
    CREATE TABLE user_profiles (user_id bigint, api_key varchar(64), api_key_created_at timestamptz);
    CREATE TABLE api_accounts (id uuid, owner_id bigint, is_active boolean);
    CREATE TABLE api_keys (id uuid, api_account_id uuid, key_name varchar(100), api_key varchar(64), secret_key varchar(64), status varchar(20),
      is_active boolean, permissions jsonb, total_uses bigint, last_used timestamptz, created_at timestamptz, expires_at timestamptz, revoked_at timestamptz);
    INSERT INTO users VALUES (7, ${literal(hash)}, true, ${literal(ORIGINALS.mifumo.email)}, 'Asha', 'Mrema', '', 'Africa/Dar_es_Salaam', true, now()),
      (8, '!unusable', true, ${literal(randomEmail())}, 'Neema', '', '', 'UTC', false, now());
    INSERT INTO user_profiles VALUES (8, ${literal(base64url(32))}, now()), (7, '', NULL);
    INSERT INTO api_accounts VALUES ('00000000-0000-0000-0000-000000000001', 7, true);
    INSERT INTO api_keys VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'Old key', ${literal(ORIGINALS.mifumo.key)},
      ${literal(ORIGINALS.mifumo.secret)}, 'active', true, '{"sms": ["send"]}', 12, now(), '2024-05-01 10:00+00', NULL, NULL)`,
  datazag: (hash) => `
    CREATE TABLE users (id text, first_name text, last_name text, password text, email text, credits integer, email_verified timestamp, created_at timestamp);
    CREATE TABLE api_keys (id serial, user_id text, key text, name text, active boolean, created_at timestamp);
    INSERT INTO users VALUES ('user-7f', 'Juma', 'Okello', ${literal(hash)}, ${literal(ORIGINALS.datazag.email.toUpperCase())}, 40, now(), now());
    INSERT INTO api_keys (user_id, key, name, active, created_at) VALUES ('user-7f', ${literal(ORIGINALS.datazag.key)}, 'Old key', true, '2024-05-01 10:00'),
      ('user-7f', ${literal(OWN_FORM)}, 'Newer key', true, now()), ('user-7f', ${literal(REVOKED)}, 'Revoked', false, now())`,
};

/** As psql prints it. */
async function writeRows(client: pg.Client, name: string): Promise<string> {
  const [, asked] = new RegExp(`\`\`\`sql\n-- ${name}\n([^\`]*)\`\`\``).exec(fs.readFileSync("docs/moving-in.md", "utf8")) ?? [];
  if (!asked) throw new Error(`docs/moving-in.md has no SQL for ${name}`);
  const { rows } = await client.query<{ row_to_json: object }>(asked);
  const file = path.join(folder, `${name}.ndjson`);
  fs.writeFileSync(file, rows.map((row) => `${JSON.stringify(row.row_to_json)}\n`).join(""));
  return file;
}

const runImport = (args: string[]) => runCommand(["import", ...args]);

async function runCommand(args: string[], more: Record<string, string> = {}): Promise<{ status: number; output: string }> {
  const child = spawn(process.execPath, ["--conditions=react-server", "scripts/run.mjs", ...args], {
    env: { ...cleanEnvironment(), ...settings, DATA_DIR: folder, INIT_CWD: folder, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (piece) => (output += piece));
  child.stderr.on("data", (piece) => (output += piece));
  const [status] = await once(child, "close");
  return { status, output };
}

async function moveIn(source: Original): Promise<{ status: number; output: string }> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const hash = source === "mifumo" ? djangoHash() : await hashBcrypt(PASSWORD, 4);
  await client.query(`CREATE SCHEMA ${source}; SET search_path TO ${source}`);
  await client.query(TABLES[source](hash));
  const files = [await writeRows(client, `${source}-keys`), await writeRows(client, `${source}-users`)];
  await client.end();
  return runImport([...files, "--source", source]);
}

let outcomes: Record<Original, { status: number; output: string }>;
const access = {} as Record<Original, string>;

beforeAll(async () => {
  database = await scratchDatabase();
  folder = scratchFolder("moving-in");
  settings = deploymentSettings(database.url);
  [server, outcomes] = await Promise.all([
    startServer(settings),
    (async () => ({ mifumo: await moveIn("mifumo"), datazag: await moveIn("datazag") }))(),
  ]);
});
afterAll(async () => {
  await server.stop("SIGKILL");
  await database.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const verifyAll = async (body: object) =>
  (await call("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body }, server.url)).body;

test("the command says what it did, and nothing of a credential", () => {
  expect(outcomes.mifumo).toStrictEqual({
    status: 0,
    output: expect.stringMatching(/people {5}2 new.*\n {2}keys {7}2 new \(0 weak\)/),
  });
  expect(outcomes.datazag).toStrictEqual({
    status: 0,
    output: expect.stringMatching(/people {5}1 new.*\n {2}keys {7}3 new.*\n {2}balances {3}1 new/),
  });
  for (const { key } of Object.values(ORIGINALS)) expect(JSON.stringify(outcomes)).not.toContain(key.slice(14));
});

describe.each(NAMES)("of %s", (name) => {
  const { id, email, name: fullName, key, secret, masked, credits } = ORIGINALS[name];

  test("people sign in with the password that they have, and are who they were", async () => {
    let refresh = "";
    for (const times of ["with the hash of the original", "with ours"]) {
      const answer = await call("/api/auth/login/", { body: { email, password: PASSWORD } }, server.url);
      expect({ times, status: answer.status }).toStrictEqual({ times, status: 200 });
      expect(answer.body.user).toMatchObject({ email, full_name: fullName, is_verified: true, credits });
      access[name] = answer.body.tokens.access;
      refresh = answer.body.tokens.refresh;
    }
    const refreshed = await call("/api/auth/token/refresh/", { body: { refresh } }, server.url);
    for (const token of [access[name], refreshed.body.access])
      expect(decodeJwt(token)).toMatchObject({ email, external_id: id, external_source: name });
    expect((await call("/api/auth/login/", { body: { email, password: "another one" } }, server.url)).status).toBe(400);
  });

  test("keys go on opening what they open, and are shown masked", async () => {
    expect(await verifyAll({ key, cost: 0, ...(secret && { secret }) })).toMatchObject({
      valid: true,
      code: "VALID",
      name: "Old key",
    });
    const { body } = await call("/api/auth/settings/", { token: access[name] }, server.url);
    const shown = body.data.api_keys.find((each: { key_name: string }) => each.key_name === "Old key");
    expect(shown).toMatchObject({
      api_key: `${key.slice(0, masked)}...`,
      secret_key: null,
      status: "active",
      created_at: "2024-05-01T10:00:00.000Z",
    });
  });

  test("calls are reported, and a new credential is one of ours", async () => {
    const raw = JSON.stringify({ apiKey: key, delta: 2, requestId: `${name}-1` });
    const headers = { "x-signature": signUsage(raw, settings.USAGE_WEBHOOK_SECRET ?? ""), "x-idempotency-key": `${name}-1` };
    expect((await call("/usage", { raw, headers }, server.url)).body).toMatchObject({ ok: true });
    expect((await call("/api/auth/profile/", { token: access[name] }, server.url)).body.credits).toBe(credits - 2);
    const { body } = await call("/api/auth/settings/", { token: access[name] }, server.url);
    const { id: keyId } = body.data.api_keys.find((each: { key_name: string }) => each.key_name === "Old key");
    const made = await call(`/api/auth/keys/${keyId}/regenerate/`, { token: access[name], body: {} }, server.url);
    expect(made.body.data.api_key).toMatch(/^mf_live_/);
    expect(
      await verifyAll({
        keys: [
          { key, cost: 0 },
          { key: made.body.data.api_key, cost: 0 },
        ],
      }),
    ).toMatchObject({
      results: [{ valid: false }, { code: "VALID" }],
    });
  });
});

test("what was revoked stays so, and keys in our own form are ours", async () => {
  expect(await verifyAll({ key: REVOKED })).toMatchObject({ valid: false, code: "REVOKED" });
  expect(await verifyAll({ key: OWN_FORM, cost: 0 })).toMatchObject({ valid: true, name: "Newer key" });
});

test("a file that cannot be read, or nothing to read, is told of in a sentence", async () => {
  fs.writeFileSync(path.join(folder, "bad.csv"), "id;email;expires\n1;a@b.example;\n");
  const sentences = {
    "bad.csv --source x": 'bad.csv has columns that are not known: "expires". Its first line must name the columns.',
    "bad.csv --source x --report bad.csv": `${path.join(folder, "bad.csv")} is a file to import: name another one with --report.`,
    "none.csv --source x": `There is no file ${path.join(folder, "none.csv")}.`,
  };
  for (const [args, sentence] of Object.entries(sentences)) {
    expect(await runImport(args.split(" "))).toStrictEqual({ status: 1, output: `\n${sentence}\n` });
  }
});

test("a database that is not there, or has no tables yet, is told of in a sentence", async () => {
  fs.writeFileSync(path.join(folder, "one.csv"), "id,email\n");
  const run = (args: string[], name: string) => runCommand(args, { DATABASE_URL: database.url.replace(/[^/]*$/, name) });
  const [noDatabase, noTables] = await Promise.all([
    run(["import", "one.csv", "--source", "x"], "nowhere"),
    run(["export", "out.ndjson"], "postgres"),
  ]);
  expect(noDatabase).toStrictEqual({
    status: 1,
    output:
      "\nThe database of DATABASE_URL cannot be used: it refuses the user or the password, or there is none of that name.\n",
  });
  expect(noTables).toStrictEqual({
    status: 1,
    output: "\nThe database does not have the tables of this version. Make them first: npm run migrate\n",
  });
});
