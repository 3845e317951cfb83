import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { type Env, EnvError, parseEnv } from "../lib/env";
import { explainFileError, Failure } from "./failure";
import { type Cluster, openCluster } from "./postgres";

/** Secrets that every deployment needs: generated with the embedded database, demanded with any other. */
const SECRETS = [
  "BETTER_AUTH_SECRET",
  "KEY_HASH_SECRET",
  "ADMIN_API_SECRET",
  "SERVICE_API_SECRET",
  "USAGE_WEBHOOK_SECRET",
] as const;

export type Environment = { env: Env; dataDirectory: string; cluster: Cluster | undefined };

/**
 * Completes `process.env` for this process and its children, and checks it. Without DATABASE_URL the embedded
 * PostgreSQL is started and missing secrets are made; with it, what is missing is named and nothing is made.
 */
export async function prepareEnvironment(): Promise<Environment> {
  const dataDirectory = path.resolve(process.env.DATA_DIR?.trim() || ".data");
  if (process.env.DATABASE_URL?.trim()) {
    const missing = SECRETS.filter((name) => !process.env[name]?.trim());
    if (missing.length > 0) {
      throw new Failure(`With DATABASE_URL set, these must be set too (see .env.example): ${missing.join(", ")}.`);
    }
    return { env: checked(process.env), dataDirectory, cluster: undefined };
  }

  const secrets = path.join(dataDirectory, "secrets");
  // A placeholder address lets wrong settings be reported before a database is made.
  const values = Object.fromEntries(SECRETS.map((name) => [name, process.env[name]?.trim() || keptSecret(secrets, name)]));
  checked({ ...process.env, ...values, DATABASE_URL: "postgresql://embedded/latchkey" });
  const cluster = await openCluster(dataDirectory, keptSecret(secrets, "POSTGRES_PASSWORD"));
  Object.assign(process.env, values, { DATABASE_URL: cluster.url, DATABASE_DRIVER: "pg" });
  return { env: checked(process.env), dataDirectory, cluster };
}

function checked(source: Record<string, string | undefined>): Env {
  try {
    return parseEnv(source);
  } catch (error) {
    throw error instanceof EnvError ? new Failure(error.message) : error;
  }
}

/** The secret kept in `folder/name`, made on first use. Readable by its owner only. */
function keptSecret(folder: string, name: string): string {
  const file = path.join(folder, name);
  try {
    if (fs.existsSync(file)) return fs.readFileSync(file, "utf8").trim();
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const secret = randomBytes(32).toString("hex");
    // Written under another name first, so that a cut-short write never leaves half a secret behind.
    fs.writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600, flush: true });
    fs.renameSync(`${file}.new`, file);
    return secret;
  } catch (error) {
    throw explainFileError(error, `writing ${file}`);
  }
}
