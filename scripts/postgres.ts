import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { explainFileError, Failure } from "./failure";
import { makeFolder } from "./folder";
import { keptSecret } from "./kept-secret";
import { freePort, isFree } from "./ports";
import { chooseHost, exists, type Host, runProgram } from "./postgres-host";
import { type Access, APPLICATION, SUPERUSER, settleRoles } from "./postgres-roles";

export type Cluster = {
  /** Connection string with the password in it: for child processes' environment, never for a log. */
  url: string;
  port: number;
  start(stopping?: AbortSignal): Promise<void>;
  /** Stops it, whatever it is busy with: within seconds, or a minute for one that obeys to nothing. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
};

/**
 * The embedded PostgreSQL under `directory`, created on first use and started if it isn't running.
 * It runs apart from this process: a killed server leaves it running, and the next start finds it again.
 */
export async function openCluster(directory: string, password: string): Promise<Cluster> {
  const host = chooseHost(directory);
  forgetStalePid(host.data);
  const port = await choosePort(settingsIn(directory), host).catch((error: unknown) => {
    throw explainFileError(error, `writing to ${directory}`);
  });
  const access: Access = { port, password, superuserPassword: (make) => superuserPassword(directory, make) };

  const cluster: Cluster = {
    url: urlAt(port, APPLICATION, password),
    port,
    start: (stopping) => start(host, directory, access, stopping),
    stop: (mode = "fast") => stop(host, mode),
  };
  if (!exists(host.data)) await create(host, access);
  await cluster.start();
  return cluster;
}

/** The address of the embedded PostgreSQL that runs already under `directory`. */
export function embeddedUrl(directory: string, password: string): string {
  return urlAt(runningPort(directory), APPLICATION, password);
}

/** The same for whoever looks after it: another role than the portal's, with every right. */
export function superuserUrl(directory: string): string {
  return urlAt(runningPort(directory), SUPERUSER, superuserPassword(directory) ?? "");
}

function runningPort(directory: string): number {
  const port = keptPort(settingsIn(directory));
  if (port === null) throw new Failure(`There is no database in ${directory}.`);
  return port;
}

function superuserPassword(directory: string, make?: "make"): string | undefined {
  const [folder, name] = [path.join(directory, "secrets"), "POSTGRES_SUPERUSER_PASSWORD"];
  return make || fs.existsSync(path.join(folder, name)) ? keptSecret(folder, name) : undefined;
}

const settingsIn = (directory: string) => path.join(directory, "postgres.json");
const urlAt = (port: number, role: string, password: string) =>
  `postgresql://${role}:${password}@127.0.0.1:${port}/${APPLICATION}`;

async function create(host: Host, { superuserPassword }: Access): Promise<void> {
  console.log("Creating the database…");
  // Made under another name and renamed: a creation that was cut short is begun again.
  const fresh = `${host.data}.new`;
  const passwordFile = `${host.data}.password`;
  try {
    fs.rmSync(fresh, { recursive: true, force: true });
    makeFolder(fresh);
    fs.writeFileSync(passwordFile, superuserPassword("make") ?? "", { mode: 0o600 });
    if (host.uid !== undefined && host.gid !== undefined) {
      fs.chownSync(fresh, host.uid, host.gid);
      fs.chownSync(passwordFile, host.uid, host.gid);
    }
    await runProgram(host, "initdb", [
      `--pgdata=${fresh}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ]);
    fs.renameSync(fresh, host.data);
  } catch (error) {
    // Half a database would keep a disk full that has room for nothing else.
    fs.rmSync(fresh, { recursive: true, force: true });
    throw explainFileError(error, `creating the database in ${host.data}`);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

async function start(host: Host, directory: string, access: Access, stopping?: AbortSignal): Promise<void> {
  const options = [
    `-p ${access.port}`,
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
  const log = path.join(path.dirname(host.data), "postgres.log");
  let problem: unknown;
  let wasStarted = false;
  // Another process may be stopping or starting it, and after a kill -9 its children take a moment to end.
  for (let attempt = 1; attempt <= 12 && !stopping?.aborted; attempt += 1) {
    try {
      if (!(await isRunning(host))) {
        rotate(log, host);
        await runProgram(host, "pg_ctl", ["start", "-D", "postgres", "-o", options, "-l", "postgres.log", "-w", "-t", "60"]);
        wasStarted = true;
      }
      return await settleRoles(access);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "28P01") {
        if (wasStarted) await stop(host);
        throw new Failure(
          `The database in ${host.data} has another password than ${path.join(directory, "secrets", "POSTGRES_PASSWORD")}. ` +
            "Put the former secrets back, or remove that database to begin with an empty one.",
        );
      }
      problem = error;
    }
    await pause(Math.min(1000, 100 * 2 ** attempt));
  }
  const reason = lastFatal(log) ?? (problem instanceof Error ? problem.message : "");
  const explained = explainFileError(new Error(reason), "starting PostgreSQL");
  throw explained instanceof Failure ? explained : new Failure(`PostgreSQL did not start: ${reason} See ${log}.`);
}

/** Why it ended, in its own words, if that is how its log ends. */
function lastFatal(log: string): string | undefined {
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-3) : [];
  return lines.findLast((line) => / (FATAL|PANIC): /.test(line))?.replace(/^.* (FATAL|PANIC): +/, "");
}

async function stop(host: Host, mode: "fast" | "immediate" = "fast"): Promise<void> {
  const pid = Number.parseInt(readPid(host.data), 10);
  // What is frozen hears nothing.
  for (const frozen of [pid, ...childrenOf(pid)]) signal(frozen, "SIGCONT");
  for (const way of mode === "fast" ? [mode, "immediate"] : [mode]) {
    if (!(await isRunning(host))) return;
    await runProgram(host, "pg_ctl", ["stop", "-D", "postgres", "-m", way, "-w", "-t", "15"]).catch(() => {});
  }
  if (await isRunning(host)) signal(pid, "SIGKILL");
}

/** Linux alone tells. Elsewhere one with frozen children is ended at once when its time is over. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : [];
}

function signal(pid: number, name: "SIGCONT" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended, or this system has no such signal.
  }
}

function isRunning(host: Host): Promise<boolean> {
  return runProgram(host, "pg_ctl", ["status", "-D", "postgres"]).then(
    () => true,
    () => false,
  );
}

/** After a restart of the machine another process may have the number of the PostgreSQL that ran before. */
function forgetStalePid(data: string): void {
  const pid = Number.parseInt(readPid(data), 10);
  if (Number.isNaN(pid) || !fs.existsSync("/proc/self/comm")) return;
  const command = path.join("/proc", String(pid), "comm");
  if (fs.existsSync(command) && fs.readFileSync(command, "utf8").trim() !== "postgres") fs.rmSync(pidFile(data));
}

const pidFile = (data: string) => path.join(data, "postmaster.pid");
const readPid = (data: string) => (fs.existsSync(pidFile(data)) ? fs.readFileSync(pidFile(data), "utf8") : "");

/** Keeps one former log, and begins another when it is large. */
function rotate(log: string, { uid, gid }: Host): void {
  const size = fs.statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 1024 * 1024) fs.renameSync(log, `${log}.1`);
  if (uid === undefined || gid === undefined) return;
  fs.closeSync(fs.openSync(log, "a"));
  fs.chownSync(log, uid, gid);
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
