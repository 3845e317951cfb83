import "server-only";
import { Pool as NeonPool } from "@neondatabase/serverless";
import { PrismaNeon } from "@prisma/adapter-neon";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { configureNeon } from "@/lib/settings/database-url";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { PrismaClient } from "@/prisma/generated/client";
import { makePatient, type Pool } from "./connections";
import { type Columns, type RowOf, type Statement, toNumber, toQuery, type Values } from "./statements";

export type Transaction = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

type Database = { prisma: PrismaClient; pool: Pool };

// Kept on globalThis: development reloads modules, and each bundle of a build has its own copy of this one.
const holder = globalThis as typeof globalThis & { latchkeyDatabase?: Database };

/** The Prisma client. Connects on first use, so that a build needs no database. */
export function db(): PrismaClient {
  return database().prisma;
}

type Run = <Shape extends Columns>(statement: Statement<Shape>, values: Values) => Promise<RowOf<Shape>[]>;

/**
 * Runs one prepared statement; as in any single statement, all of it takes effect or nothing does. For the few
 * queries that every API call pays for, or that need SQL Prisma cannot write.
 * What begins with SELECT must only read: it is sent again when its connection is lost.
 */
export const sql: Run = (statement, values) => runOn(database().pool)(statement, values);

function runOn(connection: Pick<Pool, "query">): Run {
  return async (statement, values) => (await connection.query<never>(toQuery(statement, values))).rows;
}

/** Several prepared statements on one connection: all of them take effect or none does. */
export async function transaction<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
  const client = await database().pool.connect();
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
  return database().pool;
}

/** For commands that end: a connection that is still open would be told of as lost when its database stops. */
export async function disconnect(): Promise<void> {
  await holder.latchkeyDatabase?.prisma.$disconnect();
  await holder.latchkeyDatabase?.pool.end();
  holder.latchkeyDatabase = undefined;
}

function database(): Database {
  holder.latchkeyDatabase ??= connect();
  return holder.latchkeyDatabase;
}

/** Prisma's adapter for Neon makes its pool itself. */
class PatientNeon extends PrismaNeon {
  override async connect() {
    const adapter = await super.connect();
    makePatient(adapter.underlyingDriver());
    return adapter;
  }
}

function connect(): Database {
  // A database that sleeps takes seconds to wake up, and waking it must not fail.
  const config = { connectionString: env().DATABASE_URL, max: 20, connectionTimeoutMillis: 10_000, idleTimeoutMillis: 30_000 };
  const options = { errorFormat: "minimal", transactionOptions: { maxWait: 15_000, timeout: 15_000 } } as const;
  const onPoolError = (error: Error) => log.warn({ error: error.message }, "an idle database connection was lost");
  if (env().databaseDriver === "neon") {
    configureNeon(env().NEON_WS_PROXY);
    const neonPool = makePatient(new NeonPool(config));
    neonPool.on("error", onPoolError);
    return { pool: neonPool, prisma: new PrismaClient({ ...options, adapter: new PatientNeon(config, { onPoolError }) }) };
  }
  const pgPool = makePatient(new pg.Pool(config));
  pgPool.on("error", onPoolError);
  return { pool: pgPool, prisma: new PrismaClient({ ...options, adapter: new PrismaPg(pgPool) }) };
}
