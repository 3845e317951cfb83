import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Failure } from "./failure";

const SOURCES = [
  "app",
  "components",
  "lib",
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

/** `build`: for platforms that build without starting, such as Vercel. */
export async function main(): Promise<void> {
  generateClient();
  next("build");
}

/** Builds for production unless the last build was made from the same sources. */
export async function ensureBuilt(): Promise<void> {
  generateClient();
  const hash = hashSources();
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, "utf8") === hash) return;
  console.log("Building (half a minute)…");
  fs.rmSync(STAMP, { force: true });
  next("build");
  fs.writeFileSync(STAMP, hash);
}

/** Makes the Prisma client when the schema or Prisma itself changed. */
export function generateClient(): void {
  const stamp = "prisma/generated/.schema";
  const hash = createHash("sha256")
    .update(fs.readFileSync("prisma/schema.prisma"))
    .update(fs.readFileSync("node_modules/prisma/package.json"))
    .digest("hex");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === hash) return;
  runQuietly("node_modules/prisma/build/index.js", ["generate"], "Generating the database client");
  fs.writeFileSync(stamp, hash);
}

function next(command: "build"): void {
  runQuietly("node_modules/next/dist/bin/next", [command], "The build");
}

/** Shows the output only when something went wrong. */
function runQuietly(script: string, args: string[], what: string): void {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CHECKPOINT_DISABLE: "1", NODE_ENV: "production" as const };
  const result = spawnSync(process.execPath, [script, ...args], { encoding: "utf8", env, maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Failure(`${what} failed:\n${result.stdout}\n${result.stderr}`);
}

function hashSources(): string {
  const hash = createHash("sha256");
  const add = (file: string) => {
    if (file === path.join("prisma", "generated") || !fs.existsSync(file)) return;
    if (fs.statSync(file).isDirectory()) for (const name of fs.readdirSync(file).sort()) add(path.join(file, name));
    else hash.update(file).update("\0").update(fs.readFileSync(file)).update("\0");
  };
  for (const source of SOURCES) add(source);
  return hash.digest("hex");
}
