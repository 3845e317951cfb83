import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditCountQuery, auditQuery } from "../../lib/audit/list";
import { db, sql, sqlIn } from "../../lib/database/client";
import {
  bytes,
  type Columns,
  instant,
  int,
  json,
  knownStatements,
  nullable,
  type Statement,
  statement,
  text,
  texts,
  toQuery,
  type Values,
  word,
} from "../../lib/database/statements";
import { keyCountsQuery } from "../../lib/keys/admin-counts";
import { adminKeyQuery } from "../../lib/keys/admin-list";
import { placeStatement } from "../../lib/keys/admin-order";
import { ADMIN_STATUS_FILTERS, adminKeySearchSchema } from "../../lib/keys/admin-schemas";
import { NOTHING_NAMED } from "../../lib/keys/admin-search";
import { listStatement } from "../../lib/keys/list";
import { searchStatement } from "../../lib/keys/search";
import { KEY_SORTS } from "../../lib/keys/search-schemas";
import { usageDaysQuery } from "../../lib/usage/days";
import { accountsQuery } from "../../lib/users/accounts";
import { userCountsQuery } from "../../lib/users/counts";
import { peopleQuery } from "../../lib/users/find-people";
import { userQuery } from "../../lib/users/list";
import { countStatement, listStatement as listLeft } from "../../lib/verification/left-keys";
import { LEFT_KINDS } from "../../lib/verification/left-kinds";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

type Field = { name: string; dataTypeID: number };

let database: ScratchDatabase;
let client: pg.Client;
let typeNames: Map<number, string>;

beforeAll(async () => {
  database = await ownDatabase();
  // So that there is something to be left behind.
  process.env.KEY_HASH_SECRET_PREVIOUS = randomUUID();
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

const each = <Choice>(...choices: readonly Choice[]) => choices;

/** Every statement that is put together from what is asked for. */
const VARIANTS: Record<string, () => Statement<Columns>[]> = {
  "an owner's keys": () => KEY_SORTS.map(searchStatement),
  "the keys of everyone, for programs": () =>
    each(true, false).flatMap((hasUser) => each(true, false).map((isAfter) => listStatement({ hasUser, isAfter }))),
  "the place of a key": () => KEY_SORTS.map(placeStatement),
  "the keys of everyone, for staff": () =>
    KEY_SORTS.flatMap((sort) =>
      [null, ...ADMIN_STATUS_FILTERS].flatMap((status) => [
        ...adminKeys({ sort, status }),
        ...adminKeys({ sort, status, format: "datazag" }),
        ...LEFT_KINDS.flatMap((hash) => adminKeys({ sort, status, hash })),
      ]),
    ),
  "what staff search": () =>
    [
      "ab",
      "a name",
      "asha@mail.example",
      "asha@bücher.example",
      "mf_live_ab12cd",
      "471",
      `acc_${"0".repeat(16)}`,
      randomUUID(),
    ].flatMap((q) => [null, ...ADMIN_STATUS_FILTERS].flatMap((status) => adminKeys({ q, status }))),
  "what a rotation leaves behind": () =>
    [countStatement(), listLeft(50)].map(([made, values]) => {
      toQuery(made, values);
      return made;
    }),
  "how many keys each filter of staff finds": () =>
    ["", "a name", "mf_live_ab12cd", "471", `acc_${"0".repeat(16)}`].flatMap((q) =>
      [null, ...ADMIN_STATUS_FILTERS].flatMap((status) =>
        [{}, { format: "datazag" }, { hash: "former" }].map((rest) => {
          const named = { ownerId: randomUUID(), credential: null };
          const [made, values] = keyCountsQuery(adminKeySearchSchema.parse({ q, status, ...rest }), named);
          toQuery(made, values);
          return made;
        }),
      ),
    ),
  "whose keys staff ask for": () => [
    ...adminKeys({ q: "name" }, { ownerId: randomUUID(), credential: null }),
    ...adminKeys({}, { ownerId: null, credential: { keyId: 1, part: "key", replaced: null } }),
  ],
};

function adminKeys(address: Record<string, unknown>, named: Parameters<typeof adminKeyQuery>[1] = NOTHING_NAMED) {
  const search = adminKeySearchSchema.parse(address);
  return each(null, { value: "infinity", id: 1 }).flatMap((place) =>
    each("older" as const, "newer" as const).map((direction) => {
      const [made, values] = adminKeyQuery(search, named, { place, direction, limit: 26 });
      // Fails where the text and the values have other names.
      toQuery(made, values);
      return made;
    }),
  );
}

test.each(Object.keys(VARIANTS))("The columns of %s are those they say they have", async (name) => {
  const statements = VARIANTS[name]?.() ?? [];
  expect(statements.length).toBeGreaterThan(1);
  const problems: string[] = [];
  for (const variant of statements) problems.push(...(await problemsOf(variant)));
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

test("Within a transaction of Prisma rows are what they are without it", async () => {
  const columns = { big: int, hash: bytes, at: instant, said: json<string[]>(), names: texts, format: word("key_format") };
  const statementOfAll = statement(
    "",
    { ...columns, nothing: nullable(int) },
    `SELECT $big::bigint AS big, $hash::bytea AS hash, $at::timestamptz AS at, '["a"]'::json AS said, $names::text[] AS names,
       'datazag'::key_format AS format, NULL::bigint AS nothing`,
  );
  const values = { big: 2 ** 52, hash: Buffer.from([1, 255]), at: new Date(), names: ["a", "b"] };
  expect(await problemsOf(statementOfAll)).toStrictEqual([]);
  const outside = await sql(statementOfAll, values);
  expect(outside).toStrictEqual([{ ...values, said: ["a"], format: "datazag", nothing: null }]);
  expect(await db().$transaction((tx) => sqlIn(tx, statementOfAll, values))).toStrictEqual(outside);
  const tooLarge = statement("", { big: int }, "SELECT 9007199254740993 AS big");
  await expect(sql(tooLarge, {})).rejects.toThrow(RangeError);
  await expect(db().$transaction((tx) => sqlIn(tx, tooLarge, {}))).rejects.toThrow(RangeError);
});

const ID = "00000000-0000-0000-0000-000000000001";
const TYPED = ["a", "abc", "someone@example.com", "zoë@bücher.example", `acc_${"0".repeat(16)}`, "mf_live_ab12cd"];

const filters = combinationsOf({
  actor: [null, { id: ID }, { kind: "system" }],
  action: [null, "api_key.created" as const],
  target: [null, { kind: "user", id: ID }],
  from: [null, new Date()],
  until: [null, new Date()],
  requestId: [null, ID],
});
const searches = combinationsOf({
  q: ["", ID, ...TYPED],
  role: [null, "user" as const, "admin" as const],
  filter: [null, "banned" as const, "low-credits" as const],
  sort: ["created" as const, "seen" as const],
});
const steps = combinationsOf({
  place: [null, { at: new Date(), id: ID }],
  direction: ["older" as const, "newer" as const],
  limit: [51, 1000],
});

test.each<[string, () => (readonly [Statement<Columns>, Values])[]]>([
  ["audit entries", () => filters.flatMap((filter) => steps.map((step) => auditQuery(filter, step)))],
  ["counts of audit entries", () => filters.map(auditCountQuery)],
  ["counts of users", () => searches.map(userCountsQuery)],
  ["users", () => searches.flatMap((search) => steps.map((step) => userQuery(search, step)))],
  ["people to choose from", () => TYPED.map(peopleQuery)],
  [
    "users for staff’s systems",
    () =>
      combinationsOf({
        email: [undefined, "a@example.com"],
        external_id: [undefined, "mifumo:42"],
        q: [undefined, "asha"],
        cursor: [null, { at: new Date(), id: ID }],
      }).map((search) => accountsQuery({ ...search, limit: 100 })),
  ],
  [
    "usage by day",
    () =>
      combinationsOf({ ownerId: [null, ID], keyId: [null, 1] }).map((scope) => usageDaysQuery(scope, "2026-01-01", "2026-01-30")),
  ],
])("What is put together for %s has its columns and values, and another name for each text", async (_, listQueries) => {
  const queries = listQueries();
  const texts = new Map<string, string>();
  const problems: string[] = [];
  for (const [made, values] of queries) {
    const { text: sqlText } = toQuery(made, values);
    if (made.name && (texts.get(made.name) ?? sqlText) !== sqlText) problems.push(`${made.name}: has two texts`);
    if (!made.name || !texts.has(made.name)) problems.push(...(await problemsOf(made)));
    texts.set(made.name, sqlText);
  }
  expect(problems).toStrictEqual([]);
});

/** Every choice of each with every choice of the others. */
function combinationsOf<Choices extends Record<string, readonly unknown[]>>(choices: Choices) {
  type Combination = { [Name in keyof Choices]: Choices[Name][number] };
  return Object.entries(choices).reduce<object[]>(
    (made, [name, values]) => made.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  ) as Combination[];
}

/** Fewer, and the modules were not read. */
const LEAST_STATEMENTS = 40;
