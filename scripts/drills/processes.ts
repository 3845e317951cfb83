import fs from "node:fs";
import { childrenOf } from "../../tests/support/launch";
import type { Ground } from "./ground";

/** The parent of every process of PostgreSQL's. */
export async function postmasterOf(ground: Ground): Promise<number> {
  const [own] = await ground.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  // The name before the parent's number may hold spaces.
  const fields = fs.readFileSync(`/proc/${own?.pid}/stat`, "utf8").split(") ")[1]?.split(" ");
  return Number(fields?.[1]);
}

/** The process that answers requests: the one child of its starter. */
export function serverOf({ portal }: Ground): number {
  const [server, ...others] = childrenOf(portal.process.pid ?? 0);
  if (server === undefined || others.length > 0) throw new Error("the starter has other children than one server");
  return server;
}

/** Lets processes stand still while `work` goes on, and go on whatever becomes of it. */
export async function whileStopped<Result>(pids: readonly number[], work: () => Promise<Result>): Promise<Result> {
  try {
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    return await work();
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
}
