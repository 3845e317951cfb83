import fs from "node:fs";
import path from "node:path";

export const MIGRATIONS = path.resolve("prisma/migrations");
export const SCHEMA = path.resolve("prisma/schema.prisma");
/** For Prisma's engine: no table is left out. */
export const FILTERS = { externalTables: [], externalEnums: [] };

/** Of a row of `_prisma_migrations`. */
export const UNFINISHED = "finished_at IS NULL AND rolled_back_at IS NULL";
export const FINISHED = "finished_at IS NOT NULL AND rolled_back_at IS NULL";

/** The migrations of a folder, in the order of their names, as Prisma's engine takes them. */
export function readMigrations(folder: string) {
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
