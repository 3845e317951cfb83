import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { directConnection } from "../lib/database-url";
import type { Env } from "../lib/env";
import { dataDirectory, prepareEnvironment } from "./environment";
import { Failure } from "./failure";
import { holdCluster } from "./hold-cluster";
import { withLock } from "./lock";

const MIGRATIONS = path.resolve("prisma/migrations");
const SCHEMA = path.resolve("prisma/schema.prisma");
const FILTERS = { externalTables: [], externalEnums: [] };

/**
 * `migrate`: applies what is pending. `migrate new NAME`: writes a migration from the difference between the
 * schema and the one that the last migration was made from.
 */
export async function main(args: string[]): Promise<void> {
  if (args[0] === "new") return writeMigration(args[1]);
  const names = await withDatabase((env) => applyMigrations(env.DATABASE_URL));
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

/**
 * Applies pending migrations and answers their names. Safe to run twice and from two places at once: an advisory
 * lock on a direct connection lets one in after the other. Always over TCP, which Neon speaks too: Prisma's adapter for
 * Neon's own driver cannot read the catalog's columns of type `name`.
 */
export async function applyMigrations(url: string, folder = MIGRATIONS): Promise<string[]> {
  const config = directConnection(url);
  const client = new pg.Client(config);
  // A connection that is lost fails the query that runs on it; without a listener it would end the process too.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new Failure(`The database of DATABASE_URL cannot be used: ${explainConnection(error)}`);
  }
  try {
    // The number only has to be the same for every instance.
    await client.query("SELECT pg_advisory_lock(7261001)");
    await forgetUnfinished(client);
    const schemaEngine = await createEngine(new PrismaPg(config), client);
    const migrationsList = readMigrations(folder);
    const { appliedMigrationNames } = await schemaEngine.applyMigrations({ migrationsList, filters: FILTERS });
    return appliedMigrationNames;
  } catch (error) {
    throw new Failure(
      `A migration failed, and nothing of it was kept. ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** Why there is no connection, without an address or a password in it. */
function explainConnection(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "28P01" || code === "28000") return "it refuses the user or the password.";
  if (code === "3D000") return "the server answers, but has no database of that name.";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its host name is not known.";
  if (code === "53300") return "it has no connection left.";
  return `nothing answers there${code ? ` (${code})` : ""}.`;
}

const UNFINISHED = "finished_at IS NULL AND rolled_back_at IS NULL";

/** A migration takes effect together with its row, so an unfinished row stands for one that left nothing behind. */
async function forgetUnfinished(client: pg.Client): Promise<void> {
  const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') AS name");
  if (rows[0]?.name) await client.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE ${UNFINISHED}`);
}

/**
 * The adapters split scripts at every semicolon, functions included, and run the pieces one by one. Sent whole, a script
 * is one transaction, and its row is finished in that same transaction.
 */
async function runScript(client: pg.Client, script: string): Promise<void> {
  const finish = script.includes("_prisma_migrations")
    ? ""
    : `;UPDATE _prisma_migrations SET finished_at = now() WHERE ${UNFINISHED}`;
  try {
    await client.query(script + finish);
  } catch (error) {
    // The engine would report it by a number only.
    throw new DriverAdapterError({
      kind: "postgres",
      code: "P0001",
      severity: "ERROR",
      message: error instanceof Error ? error.message : "",
      detail: undefined,
      column: undefined,
      hint: undefined,
    });
  }
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
    const config = directConnection(env.DATABASE_URL);
    const schemaEngine = await createEngine(new PrismaPg(config), new pg.Client(config));
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

let loading: Promise<void> | undefined;

/** Once for the process: the module keeps views of the memory of the instance it got first. */
async function loadEngine(): Promise<void> {
  const require = createRequire(import.meta.url);
  const wasm = path.join(path.dirname(require.resolve("@prisma/schema-engine-wasm/schema_engine_bg")), "schema_engine_bg.wasm");
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), {
    "./schema_engine_bg.js": engine as unknown as WebAssembly.ModuleImports,
  });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

async function createEngine(factory: PrismaPg, client: pg.Client): Promise<engine.SchemaEngine> {
  loading ??= loadEngine();
  await loading;
  const adapterFactory = {
    provider: "postgres" as const,
    adapterName: factory.adapterName,
    connect: async () => Object.assign(await factory.connect(), { executeScript: (script: string) => runScript(client, script) }),
    // Asked for only by `migrate dev`, which this script does not do.
    connectToShadowDb: (): never => {
      throw new Failure("Shadow databases are not used.");
    },
  };
  return engine.SchemaEngine.new(
    { datamodels: [[SCHEMA, fs.readFileSync(SCHEMA, "utf8")]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapterFactory),
  );
}

function readMigrations(folder: string) {
  const names = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok" as const, value: fs.readFileSync(path.join(folder, name, "migration.sql"), "utf8") },
      },
    })),
  };
}
