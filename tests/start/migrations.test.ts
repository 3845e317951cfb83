import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyMigrations } from "../../scripts/migrate";
import { type Cluster, openCluster, superuserUrl } from "../../scripts/postgres";
import { query } from "../support/database";
import { launch, newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer";
import { startTcpRelay } from "../support/relay";
import { deploymentSettings, randomSecret, until } from "../support/server";

const ALL = fs
  .readdirSync("prisma/migrations", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

let folder: string;
let cluster: Cluster;
let databases = 0;

beforeAll(async () => {
  folder = newFolder("migrations");
  cluster = await openCluster(folder, randomSecret());
});

afterAll(async () => {
  await cluster.stop("immediate");
});

async function emptyDatabase(): Promise<string> {
  databases += 1;
  await query(`CREATE DATABASE empty_${databases} OWNER latchkey`, [], superuserUrl(folder));
  return cluster.url.replace(/[^/]*$/, `empty_${databases}`);
}

function appliedIn(url: string) {
  return query(
    "SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY 1",
    [],
    url,
  );
}

describe("migrations", () => {
  test("are applied once: a second time does nothing", async () => {
    const url = await emptyDatabase();
    expect(await applyMigrations(url)).toStrictEqual(ALL);
    const first = await query("SELECT * FROM _prisma_migrations ORDER BY id", [], url);
    expect(await applyMigrations(url)).toStrictEqual([]);
    expect(await query("SELECT * FROM _prisma_migrations ORDER BY id", [], url)).toStrictEqual(first);
  });

  test("are applied once by two processes that start at once", async () => {
    const url = await emptyDatabase();
    // Where all callers are services, nothing else has to be there.
    const env = { ...deploymentSettings(url), ADMIN_API_SECRET: "", SERVICE_API_SECRET: "", USAGE_WEBHOOK_SECRET: "" };
    // Folders of their own: on two machines no lock file is shared.
    const both = await Promise.all([launch({ command: "migrate", env }), launch({ command: "migrate", env })]);
    expect(await Promise.all(both.map((one) => one.ended()))).toStrictEqual([0, 0]);
    expect(both.map((one) => one.output()).sort()).toStrictEqual([
      `Applied ${ALL.join(", ")}.\n`,
      "The database is up to date.\n",
    ]);
    expect(await appliedIn(url)).toStrictEqual(ALL.map((name) => ({ name, finished: true })));
  });

  test("are applied once by two processes that both have to make the embedded database", async () => {
    const dataDirectory = newFolder();
    const both = await Promise.all([
      launch({ command: "migrate", dataDirectory }),
      launch({ command: "migrate", dataDirectory }),
    ]);
    expect(await Promise.all(both.map((one) => one.ended()))).toStrictEqual([0, 0]);
    const text = both.map((one) => one.output()).join("");
    expect(text.split("Creating the database…").length).toBe(2);
    expect(text.split(`Applied ${ALL.join(", ")}.\n`).length).toBe(2);
    expect(text.split("The database is up to date.\n").length).toBe(2);
  });

  test("that fail leave nothing behind, and are applied once they are mended", async () => {
    const url = await emptyDatabase();
    const folder = newFolder("failing");
    fs.cpSync("prisma/migrations", folder, { recursive: true });
    const script = path.join(folder, "99990101000000_half", "migration.sql");
    fs.mkdirSync(path.dirname(script));
    // A semicolon inside a body: scripts must not be split there.
    const sound = `CREATE TABLE half (id int);
      CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 1; END $$;`;
    fs.writeFileSync(script, `${sound} INSERT INTO half VALUES (one()); SELECT 1 / 0;`);

    await expect(applyMigrations(url, { folder })).rejects.toThrow(
      /^A migration failed, and nothing of it was kept\.[\s\S]*division by zero/,
    );
    expect(await query("SELECT to_regclass('half') AS half, to_regproc('one') AS one", [], url)).toStrictEqual([
      { half: null, one: null },
    ]);
    // Those before it stay, and one that fails again is still not kept.
    expect((await appliedIn(url)).filter((row) => row.finished).map((row) => row.name)).toStrictEqual(ALL);
    await expect(applyMigrations(url, { folder })).rejects.toThrow("division by zero");

    fs.writeFileSync(script, sound);
    expect(await applyMigrations(url, { folder })).toStrictEqual(["99990101000000_half"]);
    expect(await query("SELECT one() AS one FROM (SELECT count(*) FROM half) rows", [], url)).toStrictEqual([{ one: 1 }]);
    expect(await applyMigrations(url, { folder })).toStrictEqual([]);
  });
});

test("a copy that a test gets has every migration, and nothing of another one", async () => {
  const one = await openMigrated(newFolder("one"));
  await query("INSERT INTO users (id, email, name) VALUES (gen_random_uuid(), 'asha@example.com', 'Asha')", [], one.url);
  const other = await openMigrated(newFolder("other"));
  try {
    expect(await appliedIn(other.url)).toStrictEqual(ALL.map((name) => ({ name, finished: true })));
    expect(await query("SELECT email FROM users", [], one.url)).toHaveLength(1);
    expect(await query("SELECT email FROM users", [], other.url)).toStrictEqual([]);
  } finally {
    for (const copy of [one, other]) await copy.stop("immediate");
  }
});

/** All migrations there are, and one more. */
function folderWith(script: string): string {
  const folder = newFolder("one-more");
  fs.cpSync("prisma/migrations", folder, { recursive: true });
  fs.mkdirSync(path.join(folder, "99990101000000_more"));
  fs.writeFileSync(path.join(folder, "99990101000000_more", "migration.sql"), script);
  return folder;
}

const ADD_COLUMN = "ALTER TABLE users ADD COLUMN nickname TEXT;";
const columns = (url: string) =>
  query("SELECT 1 FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'nickname'", [], url);

/** A transaction that only reads, and stays open. */
async function openReport(url: string) {
  const client = new pg.Client({ connectionString: url, application_name: "nightly report" });
  await client.connect();
  await client.query("BEGIN");
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  await client.query("SELECT count(*) FROM users WHERE email <> 'asha@example.com'");
  return { pid: rows[0].pid as number, end: () => client.end() };
}

/** @param address the same database by another way, for the migration */
async function migrateAround(url: string, address: string): Promise<void> {
  await applyMigrations(url);
  const report = await openReport(url);
  const told: string[] = [];
  const folder = folderWith(ADD_COLUMN);
  const migrating = applyMigrations(address, { folder, tell: (sentence) => told.push(sentence) });
  const waiting = () => query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass", [], url);
  await until(async () => (await waiting()).length > 0, "the migration to wait");
  // Whoever reads now waits behind the migration, which gives way although the report goes on.
  expect(await query("SELECT count(*)::int AS users FROM users", [], url)).toStrictEqual([{ users: 0 }]);
  await until(() => told.length > 0, "who is in the way to be told");
  expect(told[0]).toMatch(
    new RegExp(
      `^A migration needs a lock that is held by process ${report.pid} \\("nightly report", since [-0-9T:]+Z, ` +
        "last statement: SELECT count\\(\\*\\) FROM users WHERE email <>\\)\\. It is tried again when that has ended\\.$",
    ),
  );
  expect(await columns(url)).toStrictEqual([]);
  await report.end();
  expect(await migrating).toStrictEqual(["99990101000000_more"]);
  expect((await columns(url)).length).toBe(1);
  expect(await applyMigrations(address, { folder })).toStrictEqual([]);
}

describe("a migration that needs a lock which somebody holds", () => {
  test("gives way to readers, says who it is, and is applied when that one has ended", async () => {
    const url = await emptyDatabase();
    await migrateAround(url, url);
  });

  test("is given up after a while, with a sentence that says whom to end, and leaves nothing behind", async () => {
    const url = await emptyDatabase();
    await applyMigrations(url);
    const report = await openReport(url);
    const folder = folderWith(`CREATE TABLE before (id int); ${ADD_COLUMN}`);
    await expect(applyMigrations(url, { folder, patienceSeconds: 2 })).rejects.toThrow(
      new RegExp(
        `^A migration was given up after 2 seconds, and nothing of it was kept\\. It needs a lock that is held by process ${report.pid} ` +
          `.* Wait for that to end, or end it: SELECT pg_terminate_backend\\(${report.pid}\\); Then start again\\.$`,
      ),
    );
    expect(await query("SELECT to_regclass('before') AS before", [], url)).toStrictEqual([{ before: null }]);
    await report.end();
    expect(await applyMigrations(url, { folder })).toStrictEqual(["99990101000000_more"]);
  });

  test("is given up by the command after MIGRATION_PATIENCE_SECONDS, with an exit that is not 0", async () => {
    const url = await emptyDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("BEGIN");
    // Whether the migrations' own can be made is open until this ends.
    await client.query("CREATE TABLE users (id int)");
    const command = await launch({ command: "migrate", env: { ...deploymentSettings(url), MIGRATION_PATIENCE_SECONDS: "2" } });
    expect(await command.ended()).toBe(1);
    expect(command.output()).toMatch(/^A migration was given up after 2 seconds, .* SELECT pg_terminate_backend\(\d+\);/m);
    await client.end();
  });

  test("keeps nothing when the turn to migrate was lost meanwhile", async () => {
    const url = await emptyDatabase();
    await applyMigrations(url);
    const folder = folderWith(
      `${ADD_COLUMN} SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database());`,
    );
    await expect(applyMigrations(url, { folder })).rejects.toThrow(
      "The lock of those who migrate was lost, so nothing was kept. Try again.",
    );
    expect(await columns(url)).toStrictEqual([]);
  });
});

describe("migrations by way of a pooler that gives each transaction another connection", () => {
  test("set and lock nothing for a session", async () => {
    const url = await emptyDatabase();
    const statements: string[] = [];
    const relay = await startTcpRelay(new URL(url).host, (text) => statements.push(text));
    try {
      const address = Object.assign(new URL(url), { host: relay.address }).href;
      expect(await applyMigrations(address)).toStrictEqual(ALL);
    } finally {
      await relay.stop();
    }
    expect(statements.filter((text) => text.startsWith("-- "))).not.toStrictEqual([]);
    expect(statements.filter((text) => /^\s*SET (?!LOCAL)/i.test(text) || /advisory(?!_xact)_\w*lock/.test(text))).toStrictEqual(
      [],
    );
    expect(statements.filter((text) => /\badvisory_xact_lock|pg_advisory_xact_lock/.test(text)).length).toBe(1);
  });

  if (hasPgBouncer())
    test("are applied through PgBouncer in transaction mode, and wait there as elsewhere", async () => {
      const url = await emptyDatabase();
      const pooler = await startPgBouncer(url);
      try {
        expect(await applyMigrations(pooler.url)).toStrictEqual(ALL);
        const both = [applyMigrations(pooler.url), applyMigrations(pooler.url)];
        expect(await Promise.all(both)).toStrictEqual([[], []]);
        await migrateAround(url, pooler.url);
      } finally {
        await pooler.stop();
      }
    });
});
