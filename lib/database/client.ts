import "server-only";
import { env } from "@/lib/settings/env";
import { PrismaClient } from "@/prisma/generated/client";
import { generalBounds } from "./bounds";
import type { Pool } from "./connections";
import { openPools, POOLS, type Pools, type PoolUse, useOf } from "./pools";
import { type Columns, type RowOf, type Statement, toNumber, toQuery, type Values } from "./statements";

export type Transaction = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

type Database = Pools & { prisma: PrismaClient };

// Kept on globalThis: development reloads modules, and each bundle of a build has its own copy of this one.
const holder = globalThis as typeof globalThis & { latchkeyDatabase?: Database };

/** The Prisma client. Connects on first use, so that a build needs no database. */
export function db(): PrismaClient {
  return database().prisma;
}

export type Run = <Shape extends Columns>(statement: Statement<Shape>, values: Values) => Promise<RowOf<Shape>[]>;

/**
 * Runs one prepared statement; as in any single statement, all of it takes effect or nothing does. For the few
 * queries that every API call pays for, or that need SQL Prisma cannot write.
 * What begins with SELECT must only read: it is sent again when its connection is lost.
 */
export const sql: Run = (statement, values) => runOn(database().general)(statement, values);

/** The same on connections that only look-ups of verifications use, and under their bounds. */
export const lookUp: Run = (statement, values) => runOn(database().verification)(statement, values);

/** The same on the connection that nothing but the question of how the database is uses. */
export const checkUp: Run = (statement, values) => runOn(database().health)(statement, values);

/** The same on the two connections of the feed: one can hang, and the other is asked. */
export const feedRun: Run = (statement, values) => runOn(database().feed)(statement, values);

function runOn(connection: Pick<Pool, "query">): Run {
  return async (statement, values) => (await connection.query<never>(toQuery(statement, values))).rows;
}

/** Several prepared statements on one connection: all of them take effect or none does. */
export async function transaction<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
  const client = await database().general.connect();
  let isBroken = true;
  try {
    await client.query("BEGIN");
    const result = await work(runOn(client));
    await client.query("COMMIT");
    isBroken = false;
    return result;
  } catch (error) {
    await client.query("ROLLBACK").then(
      () => (isBroken = false),
      () => {},
    );
    throw error;
  } finally {
    // A connection that could not be rolled back is closed, which rolls it back.
    client.release(isBroken);
  }
}

/** Runs a statement within a transaction of Prisma, and answers what `sql` would: Prisma has other forms of some values. */
export async function sqlIn<Shape extends Columns>(
  tx: Transaction,
  statement: Statement<Shape>,
  values: Values,
): Promise<RowOf<Shape>[]> {
  const query = toQuery(statement, values);
  const rows = await tx.$queryRawUnsafe<Record<string, unknown>[]>(query.text, ...query.values);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, asDriver(value)])),
  ) as RowOf<Shape>[];
}

function asDriver(value: unknown): unknown {
  if (typeof value === "bigint") return toNumber(value);
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

/** For libraries that bring their own queries. */
export function pool(): Pool {
  return database().general;
}

/** How many connections there are, and how many wait for one, by what they are for; none before the first use. */
export function poolsInUse(): (PoolUse & { name: keyof Pools })[] {
  const { latchkeyDatabase: known } = holder;
  return known ? POOLS.map((name) => ({ name, ...useOf(known[name]) })) : [];
}

/** For commands that end: a connection that is still open would be told of as lost when its database stops. */
export async function disconnect(): Promise<void> {
  const known = holder.latchkeyDatabase;
  holder.latchkeyDatabase = undefined;
  await known?.prisma.$disconnect();
  await Promise.all(POOLS.map((name) => known?.[name].end()));
}

function database(): Database {
  holder.latchkeyDatabase ??= connect();
  return holder.latchkeyDatabase;
}

function connect(): Database {
  const { adapter, ...pools } = openPools(env());
  const bounds = generalBounds(env());
  // Its own bound is for what the database's do not reach: work between two statements.
  const transactionOptions = { maxWait: bounds.connect + 5_000, timeout: env().REQUEST_TIMEOUT_MS + bounds.statement };
  return { ...pools, prisma: new PrismaClient({ errorFormat: "minimal", transactionOptions, adapter }) };
}
