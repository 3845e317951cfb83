import { spawnSync } from "node:child_process";
import fs from "node:fs";

/** Copies the checkout without its history and data, and answers `to`. The build comes along unless it is left out. */
export function copyClone(to: string, leftOut: readonly string[] = []): string {
  fs.mkdirSync(to);
  for (const name of fs.readdirSync(".")) {
    if ([".git", ".data", ...leftOut].includes(name)) continue;
    // Links where the file system allows them: node_modules is large, and nothing writes to it.
    if (name === "node_modules" && spawnSync("cp", ["-al", name, to]).status === 0) continue;
    must("cp", "-a", name, to);
  }
  return to;
}

export function must(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}
