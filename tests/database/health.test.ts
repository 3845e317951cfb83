import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnect, sql } from "../../lib/database/client";
import { statement } from "../../lib/database/statements";
import { checkHealth, type Health } from "../../lib/operations/health";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";
import { until } from "../support/server";

const REAL_WRITE = statement("", {}, "INSERT INTO rate_limits (key, points, expire) VALUES (gen_random_uuid()::text, 1, 0)");

let database: ScratchDatabase;
let name: string;

beforeAll(async () => {
  database = await ownDatabase();
  name = new URL(database.url).pathname.slice(1);
});
afterAll(() => database.drop());

/** What is told is remembered for two seconds. */
async function expectHealth(expected: Partial<Health>): Promise<void> {
  let health: Health | undefined;
  const isAsExpected = async () => {
    health = await checkHealth();
    return Object.entries(expected).every(([part, value]) => health?.[part as keyof Health] === value);
  };
  await until(isAsExpected, `health ${JSON.stringify(expected)}`).catch(() => {});
  expect(health).toMatchObject(expected);
}

test("However many ask at once, the database is asked once", async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 200 }, checkHealth));
  for (const other of others) expect(other).toBe(first);
  expect(first).toMatchObject({ status: "ok", database: "ok" });
});

test("A database that is read-only is told, and that it is not any more", async () => {
  await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await disconnect();
  await expectHealth({ status: "error", database: "read-only" });
  await database.query(`SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await disconnect();
  await expectHealth({ status: "ok", database: "ok" });
});

test("A database that goes away between the two questions is told as one that was gone before", async () => {
  await database.query(`CREATE FUNCTION go_away() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = '57P01'; END $$`);
  await database.query("CREATE TRIGGER go_away BEFORE INSERT ON health_checks EXECUTE FUNCTION go_away()");
  await expectHealth({ status: "error", database: "unreachable", migrations: "unknown" });
  await database.query("DROP TRIGGER go_away ON health_checks");
  await expectHealth({ status: "ok", database: "ok", migrations: "current" });
});

test("A real write that finds the disk full is told until one succeeds, though a tiny one still does", async () => {
  await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`);
  await database.query("CREATE TRIGGER refuse BEFORE INSERT ON rate_limits EXECUTE FUNCTION refuse()");
  await expect(sql(REAL_WRITE, {})).rejects.toThrow("could not extend file");
  await expectHealth({ status: "error", database: "disk full" });
  await database.query("DROP TRIGGER refuse ON rate_limits");
  await sql(REAL_WRITE, {});
  await expectHealth({ status: "ok", database: "ok" });
});

test("A database that answers too late is told", async () => {
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query("BEGIN; LOCK TABLE health_checks");
  await expectHealth({ status: "error", database: "slow" });
  await other.end();
  await expectHealth({ status: "ok", database: "ok" });
});
