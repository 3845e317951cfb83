import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import type pg from "pg";
import { Failure } from "./failure";
import { SCHEMA, UNFINISHED } from "./migration-files";

// On globalThis: test runners load this file several times in one process, and the engine's own module once.
const holder = globalThis as typeof globalThis & { latchkeyMigrationEngine?: Promise<void> };

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

/** Prisma's engine of migrations; scripts run on `client`. */
export async function createEngine(factory: PrismaPg, client: pg.Client): Promise<engine.SchemaEngine> {
  holder.latchkeyMigrationEngine ??= loadEngine();
  await holder.latchkeyMigrationEngine;
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
