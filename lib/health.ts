import "server-only";
import { explainConnection } from "./connections";
import { sql } from "./db";
import { env, wrongSettings } from "./env";
import { log } from "./log";

const startedAt = new Date();

export type Health = {
  status: "ok" | "error";
  version: string;
  commit: string;
  database: "ok" | "unreachable" | "unknown";
  migrations: "current" | "unknown" | `pending: ${string}`;
  /** Only when some need attention: a sentence for each, with its name and never its value. */
  settings?: readonly string[];
  started_at: Date;
};

/** What a load balancer or a deployment check wants to know. Names the failing part, never an address or a secret. */
export async function checkHealth(): Promise<Health> {
  // Not from `env()`: they are told when a setting is wrong, too.
  const facts = {
    version: process.env.LATCHKEY_VERSION ?? "unknown",
    commit: process.env.LATCHKEY_COMMIT || process.env.VERCEL_GIT_COMMIT_SHA || "unknown",
    started_at: startedAt,
  };
  const settings = wrongSettings();
  if (settings) return { status: "error", ...facts, database: "unknown", migrations: "unknown", settings };
  const applied = await appliedMigrations();
  if (applied === null) return { status: "error", ...facts, database: "unreachable", migrations: "unknown" };
  const pending = env().LATCHKEY_MIGRATIONS.filter((name) => !applied.has(name));
  if (pending.length > 0) return { status: "error", ...facts, database: "ok", migrations: `pending: ${pending.join(", ")}` };
  return { status: "ok", ...facts, database: "ok", migrations: "current" };
}

/** Names of finished migrations; none when the table does not exist yet; null when the database does not answer. */
async function appliedMigrations(): Promise<Set<string> | null> {
  try {
    const rows = await sql<{ migration_name: string }>(
      "applied-migrations",
      "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
      [],
    );
    return new Set(rows.map((row) => row.migration_name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42P01") return new Set();
    log.warn(`The database could not be reached: ${explainConnection(error)}`);
    return null;
  }
}
