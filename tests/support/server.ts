import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { SETTING_NAMES } from "../../lib/settings/env";
import { isRunning } from "../../scripts/lock";
import { freePort } from "../../scripts/ports";
import { serve } from "../../scripts/serve";

export type Settings = Record<string, string | undefined>;

export type TestServer = {
  url: string;
  port: number;
  process: ChildProcess;
  /** Everything the server has printed so far. */
  output(): string;
  /** SIGTERM leaves callers a second and more to go elsewhere. Where that is not looked at, it is ended by SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

export function randomSecret(): string {
  return randomBytes(32).toString("hex");
}

/** Settings of a deployment with a database of its own: `DATABASE_URL` and every secret. */
export function deploymentSettings(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    BETTER_AUTH_SECRET: randomSecret(),
    KEY_HASH_SECRET: randomSecret(),
    ADMIN_API_SECRET: randomSecret(),
    SERVICE_API_SECRET: randomSecret(),
    USAGE_WEBHOOK_SECRET: randomSecret(),
    FEED_SIGNING_KEY: randomSecret(),
  };
}

/** Runs the build as `npm start` does once its database is there, on a loopback port (PORT, or a free one), with exactly these settings. */
export async function startServer(settings: Settings, folder?: string): Promise<TestServer> {
  const port = Number(settings.PORT) || (await freePort());
  const child = serve({ port, host: "127.0.0.1", folder, env: { ...cleanEnvironment(), ...settings }, output: "pipe" });
  const server = watch(child, port);
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the server stopped:\n${server.output()}`);
    // Any answer will do, and a page would first have to be loaded.
    return fetch(`${server.url}/api/health/live`).then(
      () => true,
      () => false,
    );
  }, "the server to listen");
  return server;
}

export function watch(child: ChildProcess, port: number): TestServer {
  let text = "";
  child.stdout?.on("data", (chunk) => (text += chunk));
  child.stderr?.on("data", (chunk) => (text += chunk));
  return {
    url: `http://localhost:${port}`,
    port,
    process: child,
    output: () => text,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await exited;
    },
  };
}

/** Waits for something to become true, asking again and again. Less long than a test may take, so that it says what did not. */
export async function until(isTrue: () => Promise<boolean> | boolean, what: string, seconds = 50): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} seconds for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * This process's environment without the portal's settings and without the test runner's. Settings are blank, not missing:
 * a file `.env` in the folder cannot fill them in.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = ["PATH", "HOME", "TMPDIR", "LANG", "CI", "SystemRoot"];
  return {
    ...Object.fromEntries(SETTING_NAMES.map((name) => [name, ""])),
    ...Object.fromEntries(names.map((name) => [name, process.env[name]])),
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

const SCRATCH = path.resolve(".data", "test");
/** Names another folder for databases: `npm test` has one in memory, where there is plenty of that. */
export const DATABASES_VARIABLE = "LATCHKEY_TEST_DATABASES";
const databases = () => path.resolve(process.env[DATABASES_VARIABLE] || SCRATCH);

/** A folder for one test run, below DATA_DIR's default so that git ignores it. */
export function scratchFolder(name: string): string {
  return makeFolder(SCRATCH, name);
}

/** The same for what a database is kept in. */
export function databaseFolder(name: string): string {
  return makeFolder(databases(), name);
}

function makeFolder(home: string, name: string): string {
  const folder = path.join(home, `${name}-${process.pid}-${randomBytes(3).toString("hex")}`);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

/** Ends and removes what runs that were killed have left: their databases outlive them. */
export function sweepScratchFolders(): void {
  for (const folder of [...new Set([SCRATCH, databases()])].flatMap(foldersIn)) {
    const maker = Number(/-(\d+)-[0-9a-f]{6}$/.exec(folder)?.[1]);
    if (!maker || isRunning(maker)) continue;
    endPostgres(path.join(folder, "postgres"));
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const foldersIn = (home: string) => (fs.existsSync(home) ? fs.readdirSync(home).map((name) => path.join(home, name)) : []);

function endPostgres(data: string): void {
  try {
    const pid = Number.parseInt(fs.readFileSync(path.join(data, "postmaster.pid"), "utf8"), 10);
    // Its number may be another process's by now.
    if (fs.readlinkSync(`/proc/${pid}/cwd`) === data) process.kill(pid, "SIGQUIT");
  } catch {
    // It does not run.
  }
}
