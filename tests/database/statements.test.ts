import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Columns, knownStatements, type Statement, statement, text } from "../../lib/database/statements";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";

type Field = { name: string; dataTypeID: number };

let database: ScratchDatabase;
let client: pg.Client;
let typeNames: Map<number, string>;

beforeAll(async () => {
  database = await scratchDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ oid: number; typname: string }>("SELECT oid::int, typname FROM pg_type");
  typeNames = new Map(rows.map(({ oid, typname }) => [oid, typname]));
  const files = fs.readdirSync("lib", { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => /\.ts$/.test(name) && !/\.test\.ts$/.test(name)))
    await import(path.resolve("lib", file));
}, 120_000);

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** The columns of a statement as PostgreSQL prepares it, without running it (protocol: Parse, Describe, Sync). */
function describeStatement(sqlText: string): Promise<Field[]> {
  return new Promise((resolve, reject) => {
    let fields: Field[] = [];
    client.query({
      submit(connection: { parse(what: object): void; describe(what: object): void; sync(): void }) {
        connection.parse({ name: "", text: sqlText, types: [] });
        connection.describe({ type: "S", name: "" });
        connection.sync();
      },
      handleRowDescription: (message: { fields: Field[] }) => (fields = message.fields),
      handleError: reject,
      handleReadyForQuery: () => resolve(fields),
    } as unknown as pg.Submittable);
  });
}

/** What is not true of the columns that a statement says it has. */
async function problemsOf({ name, text: sqlText, columns }: Statement<Columns>): Promise<string[]> {
  const fields = await describeStatement(sqlText).catch((error: Error) => error.message);
  if (typeof fields === "string") return [`${name}: ${fields}`];
  const live = new Map(fields.map((field) => [field.name, typeNames.get(field.dataTypeID) ?? ""]));
  const missing = Object.keys(columns).filter((column) => !live.has(column));
  const unknown = [...live.keys()].filter((column) => !Object.hasOwn(columns, column));
  const wrong = Object.entries(columns).filter(
    ([column, { types }]) => live.has(column) && !types.includes(live.get(column) ?? ""),
  );
  return [
    ...missing.map((column) => `${name}: has no column ${column}`),
    ...unknown.map((column) => `${name}: says nothing of ${column}`),
    ...wrong.map(([column]) => `${name}: ${column} is ${live.get(column)}`),
  ];
}

test("The columns of every statement are those it says it has", async () => {
  const statements = knownStatements();
  expect(statements.length).toBeGreaterThanOrEqual(LEAST_STATEMENTS);
  const problems: string[] = [];
  for (const each of statements) problems.push(...(await problemsOf(each)));
  expect(problems).toStrictEqual([]);
});

test.each([
  ["id", "SELECT 1 AS id", "planted: id is int4"],
  ["name", "SELECT 'x'::text AS id", "planted: has no column name"],
  ["name", "SELECT 'x'::text AS name, 1 AS id", "planted: says nothing of id"],
  ["name", "SELECT nothing FROM users", 'planted: column "nothing" does not exist'],
])("A statement that says %s, but is %s, is found", async (column, sqlText, problem) => {
  expect(await problemsOf({ ...statement("", { [column]: text }, sqlText), name: "planted" })).toContain(problem);
});

/** Fewer, and the modules were not read. */
const LEAST_STATEMENTS = 3;
