import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { explainFileError, Failure } from "./failure";
import { freePort, isFree } from "./ports";
import { chooseHost, exists, type Host } from "./postgres-host";

const USER = "latchkey";
const DATABASE = "latchkey";

export type Cluster = {
  /** Connection string with the password in it: for child processes' environment, never for a log. */
  url: string;
  port: number;
  start(): Promise<void>;
  stop(mode?: "fast" | "immediate"): Promise<void>;
};

/**
 * The embedded PostgreSQL under `directory`, created on first use and started if it isn't running.
 * It runs apart from this process: a killed server leaves it running, and the next start finds it again.
 */
export async function openCluster(directory: string, password: string): Promise<Cluster> {
  const host = chooseHost(directory);
  forgetStalePid(host.data);
  const port = await choosePort(settingsIn(directory), host);
  const url = urlAt(port, password);

  const cluster: Cluster = {
    url,
    port,
    start: () => start(host, directory, port, url),
    stop: async (mode = "fast") => {
      await run(host, "pg_ctl", ["stop", "-D", host.data, "-m", mode, "-w", "-t", "30"]);
    },
  };
  if (!exists(host.data)) await create(host, password);
  await cluster.start();
  return cluster;
}

/** The address of the embedded PostgreSQL that runs already under `directory`. */
export function embeddedUrl(directory: string, password: string): string {
  const port = keptPort(settingsIn(directory));
  if (port === null) throw new Failure(`There is no database in ${directory}.`);
  return urlAt(port, password);
}

const settingsIn = (directory: string) => path.join(directory, "postgres.json");
const urlAt = (port: number, password: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;

async function create(host: Host, password: string): Promise<void> {
  console.log("Creating the database…");
  // Made under another name and renamed: a creation that was cut short is begun again.
  const fresh = `${host.data}.new`;
  const passwordFile = `${host.data}.password`;
  try {
    fs.rmSync(fresh, { recursive: true, force: true });
    fs.mkdirSync(fresh, { recursive: true, mode: 0o700 });
    fs.writeFileSync(passwordFile, password, { mode: 0o600 });
    if (host.uid !== undefined && host.gid !== undefined) {
      fs.chownSync(fresh, host.uid, host.gid);
      fs.chownSync(passwordFile, host.uid, host.gid);
    }
    await run(host, "initdb", [
      `--pgdata=${fresh}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ]);
    fs.renameSync(fresh, host.data);
  } catch (error) {
    throw explainFileError(error, `creating the database in ${host.data}`);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

async function start(host: Host, directory: string, port: number, url: string): Promise<void> {
  const options = [
    `-p ${port}`,
    "-c listen_addresses=127.0.0.1",
    "-c unix_socket_directories=''",
    "-c max_connections=100",
    // The log is for starts and stops. What a statement did wrong stays out of it: it could hold what a person typed,
    // and requests could make it grow for ever. The server's own log has the error's code.
    "-c log_min_messages=log",
    "-c log_min_error_statement=panic",
    "-c log_parameter_max_length=0",
    "-c log_checkpoints=off",
  ].join(" ");
  const log = path.join(host.uid === undefined ? directory : path.dirname(host.data), "postgres.log");
  let problem: unknown;
  let wasStarted = false;
  // Another process may be stopping or starting it, and after a kill -9 its children take a moment to end.
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    try {
      if (!(await isRunning(host))) {
        rotate(log, host);
        await run(host, "pg_ctl", ["start", "-D", host.data, "-o", options, "-l", log, "-w", "-t", "60"]);
        wasStarted = true;
      }
      return await createDatabase(url);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "28P01") {
        if (wasStarted) await run(host, "pg_ctl", ["stop", "-D", host.data, "-m", "fast", "-w"]);
        throw new Failure(
          `The database in ${host.data} has another password than ${path.join(directory, "secrets", "POSTGRES_PASSWORD")}. ` +
            "Put the former secrets back, or remove that database to begin with an empty one.",
        );
      }
      problem = error;
    }
    await pause(1000);
  }
  throw new Failure(`PostgreSQL did not start: see ${log}. ${problem instanceof Error ? problem.message : ""}`);
}

function isRunning(host: Host): Promise<boolean> {
  return run(host, "pg_ctl", ["status", "-D", host.data]).then(
    () => true,
    () => false,
  );
}

/** After a restart of the machine another process may have the number of the PostgreSQL that ran before. */
function forgetStalePid(data: string): void {
  const file = path.join(data, "postmaster.pid");
  if (!fs.existsSync(file) || !fs.existsSync("/proc/self/comm")) return;
  const pid = Number.parseInt(fs.readFileSync(file, "utf8"), 10);
  const command = path.join("/proc", String(pid), "comm");
  if (fs.existsSync(command) && fs.readFileSync(command, "utf8").trim() !== "postgres") fs.rmSync(file);
}

/** Keeps one former log, and begins another when it is large. */
function rotate(log: string, { uid, gid }: Host): void {
  const size = fs.statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 1024 * 1024) fs.renameSync(log, `${log}.1`);
  if (uid === undefined || gid === undefined) return;
  fs.closeSync(fs.openSync(log, "a"));
  fs.chownSync(log, uid, gid);
}

async function createDatabase(url: string): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, "/postgres"), connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * The port is kept, so that the server finds the database again after either was restarted; another is chosen only when
 * PostgreSQL does not run and something else took it.
 */
async function choosePort(settings: string, host: Host): Promise<number> {
  const kept = keptPort(settings);
  if (kept !== null && ((exists(host.data) && (await isRunning(host))) || (await isFree(kept)))) return kept;
  const port = await freePort();
  fs.writeFileSync(settings, JSON.stringify({ port }));
  return port;
}

function keptPort(settings: string): number | null {
  try {
    const { port } = JSON.parse(fs.readFileSync(settings, "utf8")) as { port: number };
    return Number.isInteger(port) ? port : null;
  } catch {
    return null;
  }
}

function run(host: Host, program: "initdb" | "pg_ctl", args: string[]): Promise<void> {
  const [command = "", ...rest] = [...host.prefix, path.join(host.bin, "bin", program), ...args];
  return new Promise((resolve, reject) => {
    // No pipes: the server inherits them from pg_ctl and would hold them open for as long as it runs.
    const output = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-")), "output");
    const file = fs.openSync(output, "w");
    const child = spawn(command, rest, {
      cwd: "/",
      stdio: ["ignore", file, file],
      detached: true,
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" },
      ...(host.uid === undefined ? {} : { uid: host.uid, gid: host.gid }),
    });
    const finish = (error?: Error) => {
      fs.closeSync(file);
      const text = fs.readFileSync(output, "utf8").trim();
      fs.rmSync(path.dirname(output), { recursive: true, force: true });
      if (error) reject(new Error(`${program}: ${error.message} ${text}`));
      else resolve();
    };
    child.once("error", finish);
    child.once("exit", (code) => finish(code === 0 ? undefined : new Error(`exit ${code}.`)));
  });
}
