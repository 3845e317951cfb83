import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { explainFileError, Failure } from "./failure";

/** What a build is made from. */
export const SOURCES = [
  "app",
  "components",
  "lib",
  "packages",
  "prisma",
  "public",
  "instrumentation.ts",
  "middleware.ts",
  "next.config.js",
  "package-lock.json",
  "postcss.config.mjs",
  "tsconfig.json",
];
const STAMP = ".next/latchkey-build";

/** `build`: for platforms that build without starting. On Vercel, which starts nothing afterwards, it also migrates. */
export async function main(): Promise<void> {
  if (process.env.VERCEL) await migrateForVercel();
  await build();
}

/**
 * Before the build, so that a migration or a setting that is wrong leaves the former deployment in place. Migrations
 * therefore have to suit the code that still runs, too.
 */
async function migrateForVercel(): Promise<void> {
  if (!process.env.DATABASE_URL?.trim())
    throw new Failure(
      "DATABASE_URL is not set: connect a Neon database to this project, for this environment, and deploy again.",
    );
  // Not at the top: the launcher imports this file before every command.
  const { prepareEnvironment } = await import("./environment");
  const { migrate } = await import("./migrate");
  const { env } = await prepareEnvironment();
  const names = await migrate(env);
  console.log(names.length === 0 ? "The database is up to date." : `Applied migrations: ${names.join(", ")}.`);
}

/** Builds for production unless the last build was made from the same sources. */
export async function ensureBuilt(stopping?: AbortSignal): Promise<void> {
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, "utf8") === hashSources()) return;
  console.log("Building (half a minute)…");
  await build(stopping);
}

async function build(stopping?: AbortSignal): Promise<void> {
  const hash = hashSources();
  try {
    fs.rmSync(STAMP, { force: true });
    await runQuietly("node_modules/next/dist/bin/next", ["build"], "The build", stopping);
    fs.writeFileSync(STAMP, hash);
  } catch (error) {
    throw explainFileError(error, "building in this folder", "Give this user write access to it.");
  }
}

/** Makes the Prisma client when the schema or Prisma itself changed. */
export async function generateClient(): Promise<void> {
  const stamp = "prisma/generated/.schema";
  const hash = createHash("sha256")
    .update(fs.readFileSync("prisma/schema.prisma"))
    .update(fs.readFileSync("node_modules/prisma/package.json"))
    .digest("hex");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === hash) return;
  try {
    await runQuietly("node_modules/prisma/build/index.js", ["generate"], "Generating the database client");
    fs.writeFileSync(stamp, hash);
  } catch (error) {
    throw explainFileError(error, "writing to prisma/generated", "Give this user write access to it.");
  }
}

/** Shows the output only when something went wrong. */
function runQuietly(script: string, args: string[], what: string, stopping?: AbortSignal): Promise<void> {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CHECKPOINT_DISABLE: "1", NODE_ENV: "production" as const };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      ...(stopping && { signal: stopping }),
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Failure(`${what} failed:\n${output}`))));
  });
}

export function hashSources(sources: readonly string[] = SOURCES): string {
  const hash = createHash("sha256");
  const add = (file: string) => {
    if (file === path.join("prisma", "generated") || !fs.existsSync(file)) return;
    if (fs.statSync(file).isDirectory()) for (const name of fs.readdirSync(file).sort()) add(path.join(file, name));
    else hash.update(file).update("\0").update(fs.readFileSync(file)).update("\0");
  };
  for (const source of sources) add(source);
  return hash.digest("hex");
}
