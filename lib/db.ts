import "server-only";
import { Pool as NeonPool } from "@neondatabase/serverless";
import { PrismaNeon } from "@prisma/adapter-neon";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "@/prisma/generated/client";
import { configureNeon } from "./database-url";
import { env } from "./env";
import { log } from "./log";

export type Transaction = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

/** What `pg` and Neon's driver have in common, and all that is used of them. */
type Pool = { query<Row extends object>(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: Row[] }> };

type Database = { prisma: PrismaClient; pool: Pool };

// Kept on globalThis: development reloads modules, and each bundle of a build has its own copy of this one.
const holder = globalThis as typeof globalThis & { latchkeyDatabase?: Database };

/** The Prisma client. Connects on first use, so that a build needs no database. */
export function db(): PrismaClient {
  return database().prisma;
}

/**
 * Runs one prepared statement; as in any single statement, all of it takes effect or nothing does. For the few
 * queries that every API call pays for, or that need SQL Prisma cannot write. `int8` columns come back as strings.
 */
export async function sql<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
  return (await database().pool.query<Row>({ name, text, values })).rows;
}

/** For libraries that bring their own queries. */
export function pool(): Pool {
  return database().pool;
}

function database(): Database {
  holder.latchkeyDatabase ??= connect();
  return holder.latchkeyDatabase;
}

function connect(): Database {
  const config = { connectionString: env().DATABASE_URL, max: 20, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 30_000 };
  const options = { errorFormat: "minimal", transactionOptions: { maxWait: 10_000, timeout: 15_000 } } as const;
  const onPoolError = (error: Error) => log.warn({ error: error.message }, "an idle database connection was lost");
  if (env().databaseDriver === "neon") {
    configureNeon(env().NEON_WS_PROXY);
    const neonPool = new NeonPool(config);
    neonPool.on("error", onPoolError);
    return { pool: neonPool, prisma: new PrismaClient({ ...options, adapter: new PrismaNeon(config, { onPoolError }) }) };
  }
  const pgPool = new pg.Pool(config);
  pgPool.on("error", onPoolError);
  return { pool: pgPool, prisma: new PrismaClient({ ...options, adapter: new PrismaPg(pgPool) }) };
}
