import fs from "node:fs";
import path from "node:path";
import { explainFileError } from "./failure";

/** Runs `work` while no other process does so for the same folder. A lock whose holder was killed is taken over. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, "start.lock");
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    let hasWaited = false;
    while (!tryLock(file)) {
      if (!hasWaited) console.log("Another start is preparing this folder; waiting for it…");
      hasWaited = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  } catch (error) {
    throw explainFileError(error, `writing to ${folder}`);
  }
  const unlock = () => fs.rmSync(file, { force: true });
  process.once("exit", unlock);
  try {
    return await work();
  } finally {
    process.off("exit", unlock);
    unlock();
  }
}

function tryLock(file: string): boolean {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const holder = Number(readText(file));
  if (holder > 0 && isRunning(holder)) return false;
  fs.rmSync(file, { force: true });
  return false;
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
