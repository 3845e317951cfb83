import "server-only";
import { sql } from "@/lib/database/client";
import { explainConnection } from "@/lib/database/connections";
import { instant, statement, text } from "@/lib/database/statements";
import { env, wrongSettings } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";

const MAX_CLOCK_MS = 60_000;
const startedAt = new Date();

const APPLIED = statement(
  "applied-migrations",
  { now: instant, migration_name: text },
  "SELECT clock_timestamp() AS now, migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
);

export type Health = {
  status: "ok" | "error";
  version: string;
  commit: string;
  database: "ok" | "unreachable" | "unknown";
  migrations: "current" | "unknown" | `pending: ${string}`;
  /** Only when some need attention: a sentence for each, with its name and never its value. */
  settings?: readonly string[];
  /** Only when it is a minute or more off: by how much, against the database's. */
  clock?: string;
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
  const answer = await askDatabase();
  if (answer === null) return { status: "error", ...facts, database: "unreachable", migrations: "unknown" };
  const clock = explainClock(answer.now);
  const pending = env().LATCHKEY_MIGRATIONS.filter((name) => !answer.applied.has(name));
  return {
    status: pending.length === 0 ? "ok" : "error",
    ...facts,
    database: "ok",
    migrations: pending.length === 0 ? "current" : `pending: ${pending.join(", ")}`,
    ...(clock && { clock }),
  };
}

/** The database's time and the names of finished migrations, none without their table; null when it does not answer. */
async function askDatabase(): Promise<{ now: Date | undefined; applied: Set<string> } | null> {
  try {
    const rows = await sql(APPLIED, {});
    return { now: rows[0]?.now, applied: new Set(rows.map((row) => row.migration_name)) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42P01") return { now: undefined, applied: new Set() };
    log.warn(`The database could not be reached: ${explainConnection(error)}`);
    return null;
  }
}

/** Tokens and sessions end by one clock and are judged by the other. */
function explainClock(now: Date | undefined): string | undefined {
  const offMs = Date.now() - (now?.getTime() ?? Date.now());
  if (Math.abs(offMs) < MAX_CLOCK_MS) return undefined;
  const clock = `${Math.round(Math.abs(offMs) / 1000)} seconds ${offMs > 0 ? "ahead of" : "behind"} the database's`;
  log.warn(`The clock of this server is ${clock}: switch on time synchronisation on both machines.`);
  return clock;
}
