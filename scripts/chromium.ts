import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { Failure } from "./failure";

export type Browser = { path: string; description: string };

/** Debian's own without windows takes half the time. */
const SHELL = ["chromium-headless-shell"];
const SYSTEM = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** A Chromium that starts: CHROMIUM_PATH, one without windows, Playwright's own, the system's, else one that is installed here and now. */
export async function findChromium(): Promise<Browser> {
  const named = process.env.CHROMIUM_PATH?.trim();
  if (named) {
    if (!starts(named)) throw new Failure(`CHROMIUM_PATH names ${named}, which does not start.`);
    return { path: named, description: `${named} (CHROMIUM_PATH)` };
  }
  const found = system(SHELL) ?? (await playwrights()) ?? system(SYSTEM);
  if (found) return found;

  console.log("No Chromium found; trying Playwright's download…");
  // Without the headless shell: `executablePath` names the whole browser only.
  spawnSync(process.execPath, ["node_modules/@playwright/test/cli.js", "install", "--no-shell", "chromium"], {
    stdio: "ignore",
    timeout: 300_000,
  });
  const downloaded = await playwrights();
  if (downloaded) return downloaded;

  if (process.getuid?.() === 0 && isOnPath("apt-get")) {
    console.log("That was not possible; installing Debian's chromium-headless-shell package…");
    spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    spawnSync("apt-get", ["install", "-y", "-qq", ...SHELL], {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    const installed = system(SHELL);
    if (installed) return installed;
  }
  throw new Failure(
    "The browser tests need a Chromium. Install one (Debian: apt-get install chromium-headless-shell) or name it in CHROMIUM_PATH.",
  );
}

async function playwrights(): Promise<Browser | null> {
  const { chromium } = await import("@playwright/test");
  const path = chromium.executablePath();
  return starts(path) ? { path, description: "Playwright's Chromium" } : null;
}

function system(names: string[]): Browser | null {
  for (const name of names) {
    const { stdout, status } = spawnSync("which", [name], { encoding: "utf8" });
    const path = stdout?.trim();
    if (status === 0 && path && starts(path)) return { path, description: `the system's ${name}` };
  }
  return names === SYSTEM && starts(MAC) ? { path: MAC, description: "the system's Chrome" } : null;
}

function starts(path: string): boolean {
  return fs.existsSync(path) && spawnSync(path, ["--version"], { timeout: 20_000 }).status === 0;
}

function isOnPath(program: string): boolean {
  return spawnSync("which", [program]).status === 0;
}
