import fs from "node:fs";
import path from "node:path";
import { Client as NeonClient } from "@neondatabase/serverless";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { connectPatiently, explainConnection } from "../lib/database/connections";
import { LOCK_WAIT_MS } from "../lib/database/locks";
import { configureNeon, type Driver, directUrl, driverFor } from "../lib/settings/database-url";
import type { Env } from "../lib/settings/env";
import { dataDirectory, prepareEnvironment } from "./environment";
import { Failure } from "./failure";
import { holdCluster } from "./hold-cluster";
import { withLock } from "./lock";
import { FILTERS, FINISHED, MIGRATIONS, readMigrations, SCHEMA, UNFINISHED } from "./migration-files";
import { runPatiently } from "./migration-script";
import { takeTurn } from "./migration-turn";

/**
 * `migrate`: applies what is pending. `migrate new NAME`: writes a migration from the difference between the
 * schema and the one that the last migration was made from.
 */
export async function main(args: string[]): Promise<void> {
  if (args[0] === "new") return writeMigration(args[1]);
  const names = await withDatabase(migrate);
  console.log(names.length === 0 ? "The database is up to date." : `Applied ${names.join(", ")}.`);
}

/** With the embedded database running: started for the occasion, or shared with a server that uses it already. */
export function withDatabase<T>(work: (env: Env) => Promise<T>): Promise<T> {
  return withLock(dataDirectory(), async () => {
    const environment = await prepareEnvironment();
    const release = await holdCluster(environment);
    try {
      return await work(environment.env);
    } finally {
      await release();
    }
  });
}

/** The same for work that takes long: whoever starts meanwhile does not wait for its end. */
export async function whileDatabaseRuns<T>(work: (env: Env) => Promise<T>): Promise<T> {
  const { env, release } = await withLock(dataDirectory(), async () => {
    const environment = await prepareEnvironment();
    return { env: environment.env, release: await holdCluster(environment) };
  });
  try {
    return await work(env);
  } finally {
    await release();
  }
}

/** Brings the database of these settings up to date, and answers the names of the migrations it took. */
export function migrate(env: Env): Promise<string[]> {
  return applyMigrations(directUrl(env), {
    driver: env.DATABASE_DRIVER,
    neonProxy: env.NEON_WS_PROXY,
    patienceSeconds: env.MIGRATION_PATIENCE_SECONDS,
  });
}

type Options = {
  folder?: string;
  driver?: Driver | undefined;
  neonProxy?: string | undefined;
  /** How long to wait for others who migrate. */
  waitMs?: number;
  /** How long to try again while somebody holds a lock that a migration needs. */
  patienceSeconds?: number;
  /** Where sentences go about who is waited for. */
  tell?: (sentence: string) => void;
};

/**
 * Applies pending migrations and answers their names. Safe to run twice, from two places at once and through a pooler: an
 * advisory lock lets one in after the other.
 * @throws Failure when nothing came of it, with a sentence that says why
 */
export async function applyMigrations(
  url: string,
  {
    folder = MIGRATIONS,
    driver = driverFor(url),
    neonProxy,
    waitMs = LOCK_WAIT_MS.turn,
    patienceSeconds = 300,
    tell = console.log,
  }: Options = {},
): Promise<string[]> {
  if (driver === "neon") configureNeon(neonProxy);
  const database = open(url, driver);
  const connect = () =>
    connectPatiently(database.connect).catch((error: unknown) => {
      throw new Failure(`The database of DATABASE_URL cannot be used: ${explainConnection(error)}`);
    });
  const clients: pg.Client[] = [];
  let refusal: unknown;
  try {
    const watcher = await connect();
    clients.push(watcher);
    const turn = await takeTurn(watcher, waitMs);
    const client = await connect();
    clients.push(client);
    await forgetUnfinished(client);
    const migrationsList = readMigrations(folder);
    const applied = await finishedMigrations(client);
    if (migrationsList.migrationDirectories.every(({ path: name }) => applied.has(name))) return [];
    const { createEngine } = await loadEngine();
    const script = { client, turn, patienceSeconds, tell };
    // The engine wraps what is thrown here.
    const runScript = (text: string) =>
      runPatiently(text, script).catch((error: unknown) => {
        refusal = error;
        throw error;
      });
    const schemaEngine = await createEngine(database.adapter, runScript);
    const { appliedMigrationNames } = await schemaEngine.applyMigrations({ migrationsList, filters: FILTERS });
    return appliedMigrationNames;
  } catch (error) {
    for (const reason of [refusal, error]) if (reason instanceof Failure) throw reason;
    throw new Failure(
      `A migration failed, and nothing of it was kept. ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    for (const client of clients) await client.end().catch(() => {});
  }
}

/** Only where something is pending: it is megabytes of program, and most starts find nothing to do. */
function loadEngine() {
  return import("./migration-engine");
}

/**
 * With Neon's driver too it is Prisma's adapter for `pg`, over that driver's client, which is `pg`'s over a WebSocket:
 * Prisma's adapter for Neon cannot read the catalog's columns of type `name`.
 */
function open(url: string, driver: Driver) {
  const config = { connectionString: url, connectionTimeoutMillis: 30_000, idleTimeoutMillis: 500 };
  // Its types are those of an older `pg`.
  const Client = (driver === "neon" ? NeonClient : pg.Client) as typeof pg.Client;
  const connect = async (): Promise<pg.Client> => {
    const client = new Client(config);
    // A connection that is lost fails the query that runs on it; without a listener it would end the process too.
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  return { connect, adapter: new PrismaPg(new pg.Pool({ ...config, Client })) };
}

/** A migration takes effect together with its row, so an unfinished row stands for one that left nothing behind. */
async function forgetUnfinished(client: pg.Client): Promise<void> {
  if (await hasMigrationsTable(client))
    await client.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE ${UNFINISHED}`);
}

/** The names of the migrations that the database has; none without their table. */
async function finishedMigrations(client: pg.Client): Promise<Set<string>> {
  if (!(await hasMigrationsTable(client))) return new Set();
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations WHERE ${FINISHED}`,
  );
  return new Set(rows.map(({ name }) => name));
}

async function hasMigrationsTable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') AS name");
  return Boolean(rows[0]?.name);
}

async function writeMigration(name: string | undefined): Promise<void> {
  if (!name || !/^[a-z0-9_]+$/.test(name)) throw new Failure("Name the migration: npm run migrate -- new add_something");
  const previous = path.join(MIGRATIONS, "schema.prisma");
  const target = (file: string) => ({
    tag: "schemaDatamodel" as const,
    files: [{ path: file, content: fs.readFileSync(file, "utf8") }],
  });
  // Only the two files are compared, but the engine wants a connection to start.
  const stdout = await withDatabase(async (env) => {
    const { adapter } = open(directUrl(env), "pg");
    const { createEngine } = await loadEngine();
    const schemaEngine = await createEngine(adapter, async () => {});
    const difference = await schemaEngine.diff({
      from: fs.existsSync(previous) ? target(previous) : { tag: "empty" },
      to: target(SCHEMA),
      script: true,
      exitCode: false,
      filters: FILTERS,
    });
    return difference.stdout;
  });
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = path.join(MIGRATIONS, `${stamp}_${name}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "migration.sql"), stdout ?? "");
  fs.copyFileSync(SCHEMA, previous);
  console.log(`Wrote ${path.relative(process.cwd(), folder)}/migration.sql: read it before you commit it.`);
}
