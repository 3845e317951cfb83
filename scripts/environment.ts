import fs from "node:fs";
import path from "node:path";
import { type Env, parseEnv } from "../lib/settings/env";
import { MADE_SECRETS, SECRETS, withPreviewSecrets } from "../lib/settings/preview-secrets";
import { EnvError } from "../lib/values/errors";
import { Failure } from "./failure";
import { keptSecret } from "./kept-secret";
import { type Cluster, openCluster } from "./postgres";

export type Environment = { env: Env; dataDirectory: string; cluster: Cluster | undefined };

/** DATA_DIR, as an absolute path. */
export function dataDirectory(): string {
  return path.resolve(process.env.DATA_DIR?.trim() || ".data");
}

/**
 * Completes `process.env` for this process and its children, and checks it. Without DATABASE_URL the embedded
 * PostgreSQL is started and missing secrets are made; with it, what is missing is named and nothing is made.
 * @param requirePort called with the settings' port once they are right, before any database is touched
 */
export async function prepareEnvironment(requirePort: (port: number) => Promise<void> = async () => {}): Promise<Environment> {
  const directory = dataDirectory();
  if (process.env.DATABASE_URL?.trim()) {
    const env = checked(process.env, missingSecrets());
    await requirePort(env.PORT);
    return { env, dataDirectory: directory, cluster: undefined };
  }

  const secrets = path.join(directory, "secrets");
  if (fs.existsSync(path.join(directory, "postgres", "PG_VERSION"))) requireKept(secrets);
  const values = Object.fromEntries(MADE_SECRETS.map((name) => [name, process.env[name]?.trim() || keptSecret(secrets, name)]));
  // A placeholder address lets wrong settings be reported before a database is made.
  const { PORT } = checked({ ...process.env, ...values, DATABASE_URL: "postgresql://embedded/latchkey" });
  await requirePort(PORT);
  const cluster = await openCluster(directory, keptSecret(secrets, "POSTGRES_PASSWORD"));
  Object.assign(process.env, values, { DATABASE_URL: cluster.url, DATABASE_URL_UNPOOLED: "", DATABASE_DRIVER: "pg" });
  return { env: checked(process.env), dataDirectory: directory, cluster };
}

/** What the database holds was made under these: fresh ones would leave every key dead and nobody able to sign in. */
function requireKept(secrets: string): void {
  const gone = (["KEY_HASH_SECRET", "BETTER_AUTH_SECRET"] as const).filter(
    (name) => !process.env[name]?.trim() && !fs.existsSync(path.join(secrets, name)),
  );
  if (gone.length === 0) return;
  throw new Failure(
    `The database is there, but ${gone.join(" and ")} is gone from ${secrets}. Put back the secrets that belong to it, or remove the whole folder to begin again.`,
  );
}

function missingSecrets(): string[] {
  const known = withPreviewSecrets(process.env);
  return SECRETS.filter((name) => !known[name]?.trim());
}

/** The settings, or one message with everything that is wrong with them. */
function checked(source: Record<string, string | undefined>, missing: string[] = []): Env {
  const problems =
    missing.length === 0 ? [] : [`With DATABASE_URL set, these must be set too (see .env.example): ${missing.join(", ")}.`];
  // What is missing is named above already: a stand-in keeps it from being named twice.
  const standIns = Object.fromEntries(missing.map((name) => [name, "-".repeat(32)]));
  let env: Env | undefined;
  try {
    env = parseEnv({ ...source, ...standIns });
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    problems.push(error.message);
  }
  if (!env || problems.length > 0) throw new Failure(problems.join("\n"));
  return env;
}
