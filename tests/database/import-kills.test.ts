import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exported, importRows, ndjson } from "../support/imports";
import { shared } from "../support/portal";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";
import { cleanEnvironment, scratchFolder, until } from "../support/server";

const [PEOPLE, KEYS, KILLS] = [2000, 4000, 5];

let database: ScratchDatabase;
let folder: string;
let gate: pg.Client;
let watcher: pg.Client;

beforeAll(async () => {
  database = await ownDatabase();
  folder = scratchFolder("import-kills");
  [gate, watcher] = [new pg.Client({ connectionString: database.url }), new pg.Client({ connectionString: database.url })];
  await Promise.all([gate.connect(), watcher.connect()]);
  await database.query(`
    CREATE TABLE gate ();
    GRANT ALL ON gate TO PUBLIC;
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE gate IN SHARE MODE; RETURN NULL; END $$;
    CREATE TRIGGER gate BEFORE INSERT ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()`);
});
afterAll(async () => {
  await Promise.all([gate.end(), watcher.end()]);
  await database.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const close = () => gate.query("BEGIN; LOCK TABLE gate IN EXCLUSIVE MODE");
const open = () => gate.query("COMMIT");
const waiting = async () =>
  (await watcher.query("SELECT 1 FROM pg_locks WHERE relation = 'gate'::regclass AND mode = 'ShareLock' AND NOT granted"))
    .rowCount;

function start(file: string): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ["--conditions=react-server", "scripts/run.mjs", "import", file, "--source", "former"], {
    env: {
      ...cleanEnvironment(),
      ...shared().settings,
      ...{
        DATA_DIR: folder,
        DATABASE_URL: database.url,
        DATABASE_STATEMENT_TIMEOUT_MS: "120000",
        DATABASE_LOCK_TIMEOUT_MS: "60000",
      },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout?.on("data", (piece) => (text += piece));
  child.stderr?.on("data", (piece) => (text += piece));
  return { child, output: () => text };
}

/** Lets the command write one batch, and kills it in the middle of the next. */
async function killInSecondBatch(file: string): Promise<void> {
  const { child, output } = start(file);
  const blocked = () => {
    if (child.exitCode !== null) throw new Error(`the import ended:\n${output()}`);
    return waiting();
  };
  await until(async () => (await blocked()) === 1, "a batch to wait");
  await open();
  await close();
  await until(async () => (await blocked()) === 1, "the next batch to wait");
  child.kill("SIGKILL");
  await once(child, "exit");
  // What it had asked for last is answered to nobody.
  await open();
  await close();
}

test("An import that is killed five times and run to its end has lost nothing and doubled nothing", async () => {
  const people = Array.from({ length: PEOPLE }, (_, id) => ({ type: "user", id, email: `person${id}@example.com`, credits: id }));
  const keys = Array.from({ length: KEYS }, (_, id) => ({
    type: "key",
    id: `key-${id}`,
    user_id: id % PEOPLE,
    credential: `mif_${randomBytes(33).toString("base64url").slice(0, 43)}`,
  }));
  const file = path.join(folder, "rows.ndjson");
  fs.writeFileSync(file, ndjson(...keys, ...people));
  const written = async () => {
    const [row] = await database.query<{ rows: number }>(
      "SELECT ((SELECT count(*) FROM users) + (SELECT count(*) FROM api_keys) + (SELECT count(*) FROM credit_entries))::int AS rows",
    );
    return row?.rows;
  };
  await close();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await killInSecondBatch(file);
    expect(await written()).toBe(kill * 1000);
  }
  await open();
  const done = await importRows(fs.readFileSync(file, "utf8"));
  expect(done).toMatchObject({
    users: { new: 0, there: PEOPLE },
    keys: { new: KEYS - (KILLS * 1000 - PEOPLE), there: KILLS * 1000 - PEOPLE },
    balances: { new: PEOPLE - 1 },
    refused: [],
  });
  const counts = await database.query(
    `SELECT action, count(*)::int, count(DISTINCT target_id)::int AS targets FROM audit_entries WHERE action LIKE '%.imported' GROUP BY 1 ORDER BY 1`,
  );
  expect(counts).toStrictEqual([
    { action: "api_key.imported", count: KEYS, targets: KEYS },
    { action: "credits.imported", count: PEOPLE - 1, targets: PEOPLE - 1 },
    { action: "user.imported", count: PEOPLE, targets: PEOPLE },
  ]);
  expect(
    await database.query(
      "SELECT sum(credits)::int AS credits, count(DISTINCT email)::int AS people, (SELECT count(*)::int FROM accounts) AS passwords FROM users",
    ),
  ).toStrictEqual([{ credits: (PEOPLE * (PEOPLE - 1)) / 2, people: PEOPLE, passwords: 0 }]);
  const lines = await exported();
  expect(lines.filter((line) => line.includes('"type":"key"')).length).toBe(KEYS);
}, 300_000);
