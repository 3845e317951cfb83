import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { applyMigrations } from "../../scripts/migrate";
import { freePort } from "../../scripts/ports";
import { type Cluster, openCluster, superuserUrl } from "../../scripts/postgres";
import { chooseHost, runProgram } from "../../scripts/postgres-host";
import { type Access, STEPS, settleRoles } from "../../scripts/postgres-roles";
import { must } from "../support/clone";
import { newFolder, postmasterOf } from "../support/launch";
import { randomSecret, until } from "../support/server";

const KEPT = path.join("secrets", "KEY_HASH_SECRET");

let cluster: Cluster;
let folder: string;
let password: string;

beforeAll(() => {
  password = randomSecret();
});

async function ask<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const refusal = (text: string) =>
  ask(cluster.url, text).then(
    () => "allowed",
    ({ code }) => code,
  );

/** What an attacker would do who can have the portal's role run statements. */
async function expectOrdinary(): Promise<void> {
  const secret = path.join(folder, KEPT);
  const forbidden = "42501";
  for (const text of [
    `CREATE TEMP TABLE t (line text); COPY t FROM PROGRAM 'cat "${secret}"'`,
    `CREATE TEMP TABLE t (line text); COPY t FROM '${secret}'`,
    `COPY (SELECT 1) TO '${secret}'`,
    `SELECT pg_read_file('${secret}')`,
    `SELECT pg_ls_dir('.')`,
    "SELECT lo_import('/etc/passwd')",
    "CREATE ROLE another",
    "CREATE DATABASE another",
    "ALTER ROLE latchkey SUPERUSER",
    "ALTER SYSTEM SET log_min_messages = 'debug1'",
    "SET session_replication_role = replica",
    "SET ROLE latchkey_superuser",
    "GRANT pg_read_server_files TO latchkey",
    "CREATE EXTENSION dblink",
  ]) {
    expect({ text, code: await refusal(text) }).toStrictEqual({ text, code: forbidden });
  }
  expect(
    await ask(
      cluster.url,
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
         (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships,
         (SELECT datdba = r.oid FROM pg_database WHERE datname = 'latchkey') AS owner
       FROM pg_roles r WHERE rolname = current_user`,
    ),
  ).toStrictEqual([
    {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
      memberships: 0,
      owner: true,
    },
  ]);
}

afterEach(async () => {
  await cluster.stop("immediate");
});

describe("a new database", () => {
  beforeAll(() => {
    folder = newFolder("role");
    fs.mkdirSync(path.join(folder, "secrets"));
    fs.writeFileSync(path.join(folder, KEPT), "the-secret-of-all-keys");
  });

  test("gives the portal an ordinary role, whose migrations work", async () => {
    cluster = await openCluster(folder, password);
    await applyMigrations(cluster.url);
    await expectOrdinary();
    expect(await ask(cluster.url, "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")).toHaveLength(1);
  });

  test.each([
    ["the role", `DROP DATABASE latchkey; DROP ROLE latchkey`],
    ["the database", "DROP DATABASE latchkey"],
  ])("that was cut short before %s was made is completed by the next start", async (_, undo) => {
    cluster = await openCluster(folder, password);
    for (const text of undo.split("; ")) await ask(superuserUrl(folder).replace(/latchkey$/, "postgres"), text);
    cluster = await openCluster(folder, password);
    await applyMigrations(cluster.url);
    await expectOrdinary();
  });

  test("started by root, keeps its secrets from PostgreSQL's superuser too", async () => {
    cluster = await openCluster(folder, password);
    const read = `CREATE TEMP TABLE t (line text); COPY t FROM PROGRAM 'cat "${path.join(folder, KEPT)}"'; SELECT * FROM t`;
    const seen = await ask(superuserUrl(folder), read).catch(({ code }) => code);
    // 38000: the program failed. An ordinary user and their PostgreSQL are one and the same to the system.
    if (process.getuid?.() === 0) expect(seen).toBe("38000");
    else expect(seen).not.toBe("38000");
  });
});

describe("a database in which the portal was the superuser", () => {
  const MORE = `
    CREATE SCHEMA more; CREATE TYPE more.mood AS ENUM ('good'); CREATE VIEW more.seen AS SELECT id FROM users;
    CREATE TABLE more.odd ("Id" serial PRIMARY KEY, mood more.mood); CREATE SEQUENCE more.free; CREATE DOMAIN more.short AS text;
    CREATE FUNCTION more.one() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE MATERIALIZED VIEW more.kept AS SELECT 1 AS one;
    CREATE STATISTICS more.both ON id, email FROM users; CREATE TYPE more.pair AS (a int, b int);
    INSERT INTO users (id, email, name, updated_at) VALUES (gen_random_uuid(), 'asha@example.com', 'Asha', now());
    INSERT INTO credit_entries (user_id, amount, kind) SELECT id, 1000, 'signup' FROM users`;
  let access: Access;

  let former: string;
  let filled: string;

  /** As it was made in former days: the first superuser of the cluster has the portal's name. */
  beforeAll(async () => {
    former = newFolder("former");
    const host = chooseHost(former);
    fs.writeFileSync(path.join(former, "password"), password);
    await runProgram(host, "initdb", [
      `--pgdata=${host.data}`,
      "--username=latchkey",
      `--pwfile=${path.join(former, "password")}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ]);
    await startFormer(former);
    await fill();
    await runProgram(chooseHost(folder), "pg_ctl", ["stop", "-D", "postgres", "-w"]);
    filled = folder;
  });

  async function startFormer(from: string): Promise<void> {
    folder = newFolder("former");
    must("cp", "-a", `${from}/.`, folder);
    fs.mkdirSync(path.join(folder, "secrets"), { recursive: true });
    fs.writeFileSync(path.join(folder, KEPT), "the-secret-of-all-keys");
    const port = await freePort();
    fs.writeFileSync(path.join(folder, "postgres.json"), JSON.stringify({ port }));
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
    await runProgram(chooseHost(folder), "pg_ctl", ["start", "-D", "postgres", "-o", options, "-l", "postgres.log", "-w"]);
    access = { port, password, superuserPassword: () => fs.readFileSync(superuserFile(), "utf8").trim() };
  }
  const superuserFile = () => path.join(folder, "secrets", "POSTGRES_SUPERUSER_PASSWORD");
  const url = (role = `latchkey:${password}`, database = "latchkey") =>
    `postgresql://${role}@127.0.0.1:${access.port}/${database}`;

  async function fill(): Promise<void> {
    await ask(url(undefined, "postgres"), "CREATE DATABASE latchkey");
    await applyMigrations(url());
    await ask(url(), MORE);
  }

  async function expectConverted(): Promise<void> {
    expect(cluster.url).toBe(url());
    await expectOrdinary();
    expect(await ask(superuserUrl(folder), "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1")).toStrictEqual([
      { rolname: "latchkey" },
      { rolname: "latchkey_superuser" },
    ]);
    expect(await ask(cluster.url, "SELECT email, credits FROM users")).toStrictEqual([
      { email: "asha@example.com", credits: "1000" },
    ]);
    // Nobody but an owner may.
    await ask(
      cluster.url,
      `ALTER TABLE more.odd ADD COLUMN note text; ALTER TYPE more.mood ADD VALUE 'bad'; DROP FUNCTION more.one();
       DROP MATERIALIZED VIEW more.kept; DROP STATISTICS more.both; DROP DOMAIN more.short; DROP SEQUENCE more.free; DROP TYPE more.pair;
       CREATE OR REPLACE VIEW more.seen AS SELECT id FROM users; CREATE TABLE more.another (); ALTER TYPE key_format ADD VALUE 'later';
       DROP SCHEMA more CASCADE; ALTER TABLE _prisma_migrations ADD COLUMN note text; CREATE OR REPLACE FUNCTION refuse_change()
       RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    );
    expect(await applyMigrations(cluster.url)).toStrictEqual([]);
  }

  test("is converted while it runs, and every row and object is there", async () => {
    await startFormer(filled);
    const postmaster = postmasterOf(folder);
    cluster = await openCluster(folder, password);
    expect(postmasterOf(folder)).toBe(postmaster);
    await expectConverted();
    // A build of former days asks for this at each start.
    expect(await ask(url(undefined, "postgres"), "SELECT 1 FROM pg_database WHERE datname = 'latchkey'")).toHaveLength(1);
  });

  test.each(STEPS.map((step, index) => [step.name, index] as const).slice(2))(
    "is converted by the next start when one was cut short before %s",
    async (_, index) => {
      await startFormer(filled);
      fs.writeFileSync(superuserFile(), randomSecret());
      const state = { isSuperuser: true, hasDatabase: true, hasConverter: false };
      for (const step of STEPS.slice(0, index)) await step(access, state);
      process.kill(postmasterOf(folder), "SIGKILL");
      cluster = await openCluster(folder, password);
      await expectConverted();
    },
  );

  test("is converted by the next start when PostgreSQL dies in the middle of it", async () => {
    await startFormer(filled);
    fs.writeFileSync(superuserFile(), randomSecret());
    const reader = new pg.Client({ connectionString: url() });
    reader.on("error", () => {});
    await reader.connect();
    await reader.query("BEGIN; LOCK TABLE users IN ACCESS SHARE MODE");
    const cut = expect(settleRoles(access)).rejects.toThrow();
    await until(
      async () => (await reader.query("SELECT FROM pg_locks WHERE NOT granted")).rowCount === 1,
      "the conversion to wait for the table",
    );
    process.kill(postmasterOf(folder), "SIGKILL");
    await cut;
    cluster = await openCluster(folder, password);
    await expectConverted();
  });

  test("is converted when its database had not been made yet", async () => {
    await startFormer(former);
    cluster = await openCluster(folder, password);
    await applyMigrations(cluster.url);
    await expectOrdinary();
  });
});
