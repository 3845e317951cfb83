import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LOCK_WAIT_MS } from "../lib/database/locks";
import { explainFileError, Failure } from "./failure";
import { makeFolder } from "./folder";

const HEARTBEAT_MS = 1_000;
const STALE_MS = 15_000;

/**
 * Runs `work` while no other process does so for the same folder. The holder keeps touching the lock: one whose holder
 * was killed is taken over, also when the holder's number belongs to another process by now.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>, stopping?: AbortSignal): Promise<T> {
  const file = path.join(folder, "start.lock");
  try {
    makeFolder(folder);
    const deadline = Date.now() + LOCK_WAIT_MS.turn;
    let hasWaited = false;
    while (!tryLock(file)) {
      if (!hasWaited) console.log("Another start is preparing this folder; waiting for it…");
      hasWaited = true;
      if (Date.now() > deadline) {
        const minutes = LOCK_WAIT_MS.turn / 60_000;
        throw new Failure(
          `Another start (process ${readText(file)}) has been preparing ${folder} for ${minutes} minutes. Stop it first.`,
        );
      }
      await pause(300, undefined, { signal: stopping });
    }
  } catch (error) {
    throw explainFileError(error, `writing to ${folder}`);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  const unlock = () => {
    clearInterval(heartbeat);
    if (readText(file) === String(process.pid)) fs.rmSync(file, { force: true });
  };
  process.once("exit", unlock);
  try {
    return await work();
  } finally {
    process.off("exit", unlock);
    unlock();
  }
}

/** Removing a stale lock does not yet take it: the pause before the next try lets everyone see that it is gone. */
function tryLock(file: string): boolean {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (isStale(file)) fs.rmSync(file, { force: true });
  return false;
}

function isStale(file: string): boolean {
  const touchedAt = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (touchedAt === undefined) return false;
  if (Date.now() - touchedAt > STALE_MS) return true;
  // Empty for the moment between being made and being written.
  const holder = Number(readText(file));
  return holder > 0 && !isRunning(holder);
}

function touch(file: string): void {
  try {
    fs.utimesSync(file, new Date(), new Date());
  } catch {
    // The folder was removed meanwhile; the work itself will say so.
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Whether there is a process of this number, whosever it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
