import { type ChildProcess, execFile, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { freePort } from "../../scripts/ports";
import { cleanEnvironment, databaseFolder, until } from "./server";

export type LaunchOptions = {
  command?: "start" | "migrate" | "backup" | "restore";
  args?: string[];
  dataDirectory?: string;
  /** The clone to start from; this one by default. */
  clone?: string;
  uid?: number;
  /** Another Node than this one. */
  program?: string | undefined;
  port?: number;
  /** As the README writes it, rather than what that runs. */
  isByNpm?: boolean;
  env?: Record<string, string>;
  /** More options for Node. */
  node?: string[];
};

export type Launched = {
  process: ChildProcess;
  port: number;
  url: string;
  dataDirectory: string;
  output(): string;
  /** Waits for the greeting with which a start ends. */
  ready(): Promise<void>;
  /** Waits for the end. The number is null when a signal ended it. */
  ended(): Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

const launched: Launched[] = [];
const folders: string[] = [];

/** Runs what `npm start` runs, from an empty folder unless one is named. */
export async function launch(options: LaunchOptions = {}): Promise<Launched> {
  const {
    command = "start",
    args: more = [],
    clone = path.resolve("."),
    uid,
    program = process.execPath,
    env = {},
    node = [],
  } = options;
  const [file, ...args] = options.isByNpm
    ? (["npm", command] as const)
    : ([program, "--conditions=react-server", ...node, "scripts/run.mjs", command, ...more] as const);
  const dataDirectory = options.dataDirectory ?? newFolder();
  const port = options.port ?? (await freePort());
  const child = spawn(file, args, {
    cwd: clone,
    env: {
      ...cleanEnvironment(),
      // As npm says it: the start ends when whoever runs it is gone.
      npm_lifecycle_event: command,
      PORT: String(port),
      HOST: "127.0.0.1",
      DATA_DIR: dataDirectory,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (text += chunk));
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const self: Launched = {
    process: child,
    port,
    url: `http://localhost:${port}`,
    dataDirectory,
    output: () => text,
    ready: () =>
      until(() => {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the start ended:\n${text}`);
        return text.includes("Stop with Ctrl+C");
      }, `the greeting in:\n${text}`),
    ended: () => closed,
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return closed;
    },
  };
  launched.push(self);
  return self;
}

/** A folder of this test's own, made empty and removed afterwards. */
export function newFolder(name = "start"): string {
  const folder = databaseFolder(name);
  folders.push(folder);
  return folder;
}

/** The processes that work for a folder: started with its name, for its settings, or in it. */
function processesOf(folder: string): number[] {
  return fs
    .readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && worksFor(pid, folder));
}

/** A process that has done all it had to may take a moment to be gone. */
export function allEnded(folder: string, seconds = 5): Promise<void> {
  return until(() => processesOf(folder).length === 0, `the processes of ${folder} to end`, seconds);
}

function worksFor(pid: number, folder: string): boolean {
  try {
    const [cmdline, environ] = ["cmdline", "environ"].map((name) => fs.readFileSync(`/proc/${pid}/${name}`, "latin1"));
    const cwd = fs.readlinkSync(`/proc/${pid}/cwd`);
    return Boolean(cmdline?.includes(folder) || environ?.includes(`DATA_DIR=${folder}\0`)) || cwd.startsWith(`${folder}/`);
  } catch {
    // Ended meanwhile, or somebody else's.
    return false;
  }
}

export function postmasterOf(dataDirectory: string): number {
  return Number.parseInt(fs.readFileSync(path.join(dataDirectory, "postgres", "postmaster.pid"), "utf8"), 10);
}

export function childrenOf(pid: number): number[] {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

/** Runs a script as a person does who pastes it into a shell opened in the clone. */
export function bash(script: string, cwd = path.resolve(".")): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("bash", ["-c", script], { cwd, env: cleanEnvironment() }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

/** The `curl` of a greeting, as one text. */
function printedCurl(output: string): string {
  const curl = output.match(/^ {4}curl -X POST [\s\S]*? -d '.*'$/m)?.[0];
  if (!curl) throw new Error(`no curl in:\n${output}`);
  return curl;
}

export function printedPassword(output: string): string | undefined {
  return output.match(/^ {2}Password {8}(\S+) {3}\(shown this once: keep it\)$/m)?.[1];
}

/** Makes a key with the printed `curl` and answers its id. */
export async function firstKey(started: Launched, clone?: string): Promise<number> {
  const answer = JSON.parse(await bash(`${printedCurl(started.output())} --silent`, clone)) as {
    success: boolean;
    key: { id: number };
  };
  if (!answer.success) throw new Error(`the printed curl answered ${JSON.stringify(answer)}`);
  return answer.key.id;
}

/** The ids of all keys, asked for with the secret in the folder. */
export async function keyIds({ url, dataDirectory }: Launched): Promise<number[]> {
  const secret = fs.readFileSync(path.join(dataDirectory, "secrets", "ADMIN_API_SECRET"), "utf8").trim();
  const response = await fetch(`${url}/api/api-keys`, { headers: { "X-Admin-Secret": secret } });
  const { keys } = (await response.json()) as { keys: { id: number }[] };
  return keys.map((key) => key.id);
}

export async function healthStatus(url: string): Promise<number> {
  return fetch(`${url}/api/health`).then(
    (response) => response.status,
    () => 0,
  );
}

/** Ends and removes whatever is left of all that was launched here. */
export async function endLaunched(): Promise<void> {
  for (const { process: child } of launched) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  for (const folder of folders) {
    for (const pid of processesOf(folder)) signal(pid, "SIGQUIT");
    await allEnded(folder, 60);
    fs.rmSync(folder, { recursive: true, force: true });
  }
  launched.length = 0;
  folders.length = 0;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
