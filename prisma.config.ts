import { defineConfig } from "prisma/config";

// `prisma generate` insists on locating a schema engine that it never runs. Naming a file that exists keeps it
// from downloading one; migrations use the WebAssembly engine in scripts/migrate.ts instead.
if (process.argv.includes("generate")) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}

export default defineConfig({ schema: "prisma/schema.prisma", migrations: { path: "prisma/migrations" } });
