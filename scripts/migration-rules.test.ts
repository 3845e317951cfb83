import { expect, test } from "vitest";
import { MIGRATIONS, readMigrations } from "./migration-files";
import { findBreaks } from "./migration-rules";

/** Those before were applied when one instance served and stopped for an upgrade. */
const FIRST = "20261127";

test("each migration lets the version before it go on serving", () => {
  const directories = readMigrations(MIGRATIONS).migrationDirectories;
  const sql = (newer: boolean) =>
    directories.filter(({ path }) => path >= FIRST === newer).map(({ migrationFile }) => migrationFile.content.value);
  expect(sql(true).flatMap(findBreaks)).toStrictEqual([]);
  // Those before would not all have passed, so something is read.
  expect(sql(false).flatMap(findBreaks)).not.toStrictEqual([]);
});

test.each([
  `DROP TABLE "users";`,
  `ALTER TABLE "users" DROP COLUMN "name";`,
  `-- DropIndex\nALTER TABLE "users" ADD COLUMN "a" TEXT, DROP COLUMN "b";`,
  `ALTER TABLE users RENAME COLUMN a TO b;`,
  `ALTER TABLE users RENAME TO people;`,
  `ALTER TABLE "users" ALTER COLUMN "a" SET DATA TYPE BIGINT;`,
  `ALTER TABLE "users" ALTER COLUMN "a" SET NOT NULL;`,
  `ALTER TABLE "users" ADD COLUMN     "a" TEXT NOT NULL;`,
  `ALTER TABLE "users" ADD COLUMN "a" TEXT NOT NULL DEFAULT '', ADD COLUMN "b" TEXT NOT NULL;`,
  `ALTER TABLE "users" ADD CONSTRAINT "c" CHECK (a > 0);`,
  `ALTER TABLE "users" ADD CONSTRAINT "c" FOREIGN KEY ("a") REFERENCES "b"("id") ON DELETE RESTRICT;`,
  `CREATE INDEX CONCURRENTLY i ON users (a);`,
  `BEGIN;`,
  `CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int);`,
])("one that does not is found: %s", (sql) => {
  expect(findBreaks(sql).length).toBe(1);
});

test.each([
  `ALTER TABLE "users" ADD COLUMN "a" TEXT, ADD COLUMN "b" TEXT NOT NULL DEFAULT '; DROP TABLE x';`,
  `ALTER TABLE "users" ADD COLUMN "low" BOOLEAN NOT NULL GENERATED ALWAYS AS ("credits" < 100) STORED;`,
  `CREATE TABLE "a" ("id" INT NOT NULL); ALTER TABLE "a" ADD CONSTRAINT "c" FOREIGN KEY ("id") REFERENCES "b"("id");`,
  `ALTER TABLE "users" ADD CONSTRAINT "c" CHECK (a > 0) NOT VALID;`,
  `ALTER TABLE "users" VALIDATE CONSTRAINT "c";`,
  `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; DROP TABLE x; END; $$;`,
  `-- The version before does not use it any more.\nALTER TABLE "users" DROP COLUMN "name";`,
  `DROP INDEX "i"; CREATE INDEX "i" ON "users" ("a");`,
])("one that does is left alone: %s", (sql) => {
  expect(findBreaks(sql)).toStrictEqual([]);
});
