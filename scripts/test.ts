import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { ensureBuilt } from "./build";
import { type Browser, findChromium } from "./chromium";
import { Failure } from "./failure";

type Count = { passed: number; failed: number };
type Step = { name: string; run: () => Promise<Count> };

const REPORTS = path.resolve(".data", "test", "reports");

/** `test`: every check there is, one after the other, and one summary. */
export async function main(): Promise<void> {
  fs.rmSync(REPORTS, { recursive: true, force: true });
  fs.mkdirSync(REPORTS, { recursive: true });
  // Looked for first, because installing one may take a while. Without one the rest is still worth knowing.
  const chromium = await findChromium().catch((error: unknown) => error);
  if (isBrowser(chromium)) console.log(`Browser tests use ${chromium.description}.`);

  const steps: Step[] = [
    { name: "lint", run: () => check("node_modules/@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]) },
    { name: "types", run: () => check("node_modules/typescript/bin/tsc", ["--noEmit"]) },
    { name: "unit", run: () => vitest("unit") },
    { name: "build", run: () => ensureBuilt().then(() => ({ passed: 1, failed: 0 })) },
    { name: "http", run: () => vitest("api") },
    // The same tests once more, with Neon's driver between the portal and the database.
    { name: "neon", run: () => vitest("neon") },
    { name: "faults", run: () => vitest("faults") },
    { name: "start", run: () => vitest("start") },
    { name: "browser", run: () => (isBrowser(chromium) ? playwright(chromium.path) : Promise.reject(chromium)) },
  ];
  const results: { name: string; seconds: number; count: Count }[] = [];
  for (const { name, run } of steps) {
    console.log(`\n── ${name}`);
    const startedAt = performance.now();
    const count = await run().catch((error: unknown): Count => {
      console.error(error instanceof Failure ? error.message : error);
      return { passed: 0, failed: 1 };
    });
    results.push({ name, seconds: Math.round((performance.now() - startedAt) / 1000), count });
    // Without a build there is nothing for the later steps to talk to.
    if (name === "build" && count.failed > 0) break;
  }

  console.log("");
  for (const { name, seconds, count } of results) {
    console.log(
      `${count.failed === 0 ? "✓" : "✗"} ${name.padEnd(8)} ${String(count.passed).padStart(4)} passed ${String(count.failed).padStart(3)} failed ${String(seconds).padStart(4)} s`,
    );
  }
  const total = results.reduce((sum, { count }) => ({ passed: sum.passed + count.passed, failed: sum.failed + count.failed }), {
    passed: 0,
    failed: 0,
  });
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exit(total.failed === 0 && results.length === steps.length ? 0 : 1);
}

function isBrowser(found: unknown): found is Browser {
  return typeof found === "object" && found !== null && "path" in found && "description" in found;
}

async function check(script: string, args: string[]): Promise<Count> {
  const code = await node(script, args);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function vitest(project: string): Promise<Count> {
  const report = path.join(REPORTS, `${project}.json`);
  const code = await node("node_modules/vitest/vitest.mjs", [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  const { numPassedTests, numTotalTests } = readReport<{ numPassedTests: number; numTotalTests: number }>(report);
  return judge(code, { passed: numPassedTests, failed: numTotalTests - numPassedTests });
}

async function playwright(chromium: string): Promise<Count> {
  const report = path.join(REPORTS, "browser.json");
  const code = await node("node_modules/@playwright/test/cli.js", ["test"], {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const { stats } = readReport<{ stats: { expected: number; unexpected: number; flaky: number; skipped: number } }>(report);
  return judge(code, { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped });
}

/** A runner that failed without a failed test, or that ran none, has failed. Skipped and flaky tests count as failed. */
function judge(code: number, { passed, failed }: Count): Count {
  return { passed, failed: (code !== 0 || passed === 0) && failed === 0 ? 1 : failed };
}

function readReport<T>(file: string): T {
  if (!fs.existsSync(file)) throw new Failure("The test runner stopped before it wrote its report.");
  return JSON.parse(fs.readFileSync(file, "utf8")) as T;
}

function node(script: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
