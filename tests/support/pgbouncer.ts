import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { freePort } from "../../scripts/ports";
import { newFolder } from "./launch";
import { until } from "./server";

export type Pooler = { url: string; stop(): Promise<void> };

export function hasPgBouncer(): boolean {
  return spawnSync("pgbouncer", ["--version"]).status === 0;
}

/** A PgBouncer in transaction mode before the database at `url`. As root it runs as `nobody`: it refuses to be root. */
export async function startPgBouncer(url: string): Promise<Pooler> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const listen = await freePort();
  const folder = newFolder("pgbouncer");
  const settings = path.join(folder, "pgbouncer.ini");
  const users = path.join(folder, "users.txt");
  fs.writeFileSync(users, `"${username}" "${password}"\n`);
  fs.writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = 10
`,
  );
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
  for (const file of [folder, settings, users]) if (user) fs.chownSync(file, user.uid, user.gid);
  const child: ChildProcess = spawn("pgbouncer", [settings], { stdio: "ignore", ...user });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await until(() => child.exitCode !== null || answers(listen), "PgBouncer to listen");
  if (child.exitCode !== null) throw new Error("PgBouncer ended: can its user read the folder of the tests?");
  return {
    url: `postgresql://${username}:${password}@127.0.0.1:${listen}${pathname}`,
    stop: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
