import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError, type SqlQuery } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import { Failure } from "./failure";
import { SCHEMA } from "./migration-files";

const PRISMAS_LOCK = "SELECT pg_advisory_lock";

type RunScript = (script: string) => Promise<void>;

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

/** Prisma's engine of migrations, which leaves every script to `runScript`. */
export async function createEngine(factory: PrismaPg, runScript: RunScript): Promise<engine.SchemaEngine> {
  holder.latchkeyMigrationEngine ??= loadEngine();
  await holder.latchkeyMigrationEngine;
  const adapterFactory = {
    provider: "postgres" as const,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      const executeRaw = adapter.executeRaw.bind(adapter);
      return Object.assign(adapter, {
        executeScript: (script: string) => run(script, runScript),
        // A lock of the session, which a pooler would keep when we are gone. Whoever has the turn needs no other.
        executeRaw: async (query: SqlQuery) => (query.sql.startsWith(PRISMAS_LOCK) ? 0 : executeRaw(query)),
      });
    },
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

async function run(script: string, runScript: RunScript): Promise<void> {
  try {
    await runScript(script);
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
