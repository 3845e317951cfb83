import "server-only";
import { checkUp } from "@/lib/database/client";
import { explainConnection } from "@/lib/database/connections";
import { instant, statement, text } from "@/lib/database/statements";
import { lastWriteRefusal } from "@/lib/database/writes";
import { env, wrongSettings } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { isDatabaseUnavailable, writeRefusal } from "@/lib/values/errors";

const MAX_CLOCK_MS = 60_000;
/** Whoever asks more often is told the same again. */
const REMEMBERED_MS = 2_000;
const startedAt = new Date();

const APPLIED = statement(
  "applied-migrations",
  { now: instant, migration_name: text },
  "SELECT clock_timestamp() AS now, migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
);

const TRY_WRITE = statement(
  "try-write",
  {},
  "INSERT INTO health_checks (id, at) VALUES (true, now()) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
);

/** What is wrong with the database: it gives no connection, takes no changes, or answers too late. */
type Ailment = "unreachable" | "read-only" | "disk full" | "slow";

export type Health = {
  status: "ok" | "error";
  version: string;
  commit: string;
  database: "ok" | Ailment | "unknown";
  migrations: "current" | "unknown" | `pending: ${string}`;
  /** Only when some need attention: a sentence for each, with its name and never its value. */
  settings?: readonly string[];
  /** Only when it is a minute or more off: by how much, against the database's. */
  clock?: string;
  started_at: Date;
};

let latest: { health: Promise<Health>; at: number } | undefined;

/**
 * What a load balancer or a deployment check wants to know. Names the failing part, never an address or a secret. However
 * many ask, the database is asked once at a time, and not again within two seconds.
 */
export function checkHealth(): Promise<Health> {
  const now = performance.now();
  if (!latest || now - latest.at > REMEMBERED_MS) {
    const health = examine().finally(() => {
      if (latest?.health === health) latest.at = performance.now();
    });
    latest = { health, at: Number.POSITIVE_INFINITY };
  }
  return latest.health;
}

async function examine(): Promise<Health> {
  // Not from `env()`: they are told when a setting is wrong, too.
  const facts = {
    version: process.env.LATCHKEY_VERSION ?? "unknown",
    commit: process.env.LATCHKEY_COMMIT || process.env.VERCEL_GIT_COMMIT_SHA || "unknown",
    started_at: startedAt,
  };
  const settings = wrongSettings();
  if (settings) return { status: "error", ...facts, database: "unknown", migrations: "unknown", settings };
  const ailing = (database: Ailment): Health => ({ status: "error", ...facts, database, migrations: "unknown" });
  const answer = await askDatabase();
  if (typeof answer === "string") return ailing(answer);
  const clock = explainClock(answer.now);
  const pending = env().LATCHKEY_MIGRATIONS.filter((name) => !answer.applied.has(name));
  // Without all of its tables there is nothing to write to.
  const database = (pending.length === 0 && (await tryWrite())) || "ok";
  // Nothing is known of one that cannot be reached, whatever it said a moment before.
  if (database === "unreachable") return ailing(database);
  return {
    status: pending.length === 0 && database === "ok" ? "ok" : "error",
    ...facts,
    database,
    migrations: pending.length === 0 ? "current" : `pending: ${pending.join(", ")}`,
    ...(clock && { clock }),
  };
}

/** The database's time and the names of finished migrations, none without their table; or what is wrong. */
async function askDatabase(): Promise<{ now: Date | undefined; applied: Set<string> } | Ailment> {
  try {
    const rows = await checkUp(APPLIED, {});
    return { now: rows[0]?.now, applied: new Set(rows.map((row) => row.migration_name)) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42P01") return { now: undefined, applied: new Set() };
    const ailment = isDatabaseUnavailable(error) ? "unreachable" : "slow";
    log.warn(
      ailment === "slow"
        ? "The database answers too late, or not what it was asked."
        : `The database could not be reached: ${explainConnection(error)}`,
    );
    return ailment;
  }
}

/** What keeps the database from taking changes: a tiny one now, or any real one since one was taken last. */
async function tryWrite(): Promise<Ailment | null> {
  try {
    await checkUp(TRY_WRITE, {});
  } catch (error) {
    const ailment = writeRefusal(error) ?? (isDatabaseUnavailable(error) ? "unreachable" : "slow");
    log.error(`The database takes no changes: ${ailment}.`);
    return ailment === "out of connections" ? "unreachable" : ailment;
  }
  const refusal = lastWriteRefusal();
  return refusal === "out of connections" ? "unreachable" : refusal;
}

/** Tokens and sessions end by one clock and are judged by the other. */
function explainClock(now: Date | undefined): string | undefined {
  const offMs = Date.now() - (now?.getTime() ?? Date.now());
  if (Math.abs(offMs) < MAX_CLOCK_MS) return undefined;
  const clock = `${Math.round(Math.abs(offMs) / 1000)} seconds ${offMs > 0 ? "ahead of" : "behind"} the database's`;
  log.warn(`The clock of this server is ${clock}: switch on time synchronisation on both machines.`);
  return clock;
}
