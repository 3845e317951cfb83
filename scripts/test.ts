import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { DATABASES_VARIABLE, sweepScratchFolders } from "../tests/support/server";
import { ensureBuilt } from "./build";
import { findChromium } from "./chromium";
import { Failure } from "./failure";
import { checkFloors } from "./floors";
import { isMemoryPlenty, MEMORY } from "./memory";
import { shortNameOf } from "./postgres-host";

type Count = { passed: number; failed: number; names?: string[] };
/** Shown as it comes, or kept and shown whole where another step runs at the same time. */
type Output = "shown" | "kept";
type Step = { needsBuild?: true; run: (output: Output) => Promise<Count> };
type VitestReport = {
  numPassedTests: number;
  numTotalTests: number;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
};
type PlaywrightSuite = { file: string; specs: { title: string; tests: { status: string }[] }[]; suites?: PlaywrightSuite[] };
type PlaywrightReport = {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  suites: PlaywrightSuite[];
};
type Result = { name: string; seconds: number; count: Count };

const REPORTS = path.resolve(".data", "test", "reports");

/** What was found right is checked again where it, or what it depends on, has changed. */
const REMEMBERED = [
  "--incremental",
  "--tsBuildInfoFile",
  path.resolve("node_modules", ".cache", "latchkey", "typecheck.tsbuildinfo"),
];

const STEPS: Record<string, Step> = {
  lint: { run: lint },
  typecheck: { run: (output) => check(["node_modules/typescript/bin/tsc", "--noEmit", ...REMEMBERED], output) },
  unit: { run: (output) => vitest("unit", ["unit"], output) },
  build: { run: () => ensureBuilt().then(() => ({ passed: 1, failed: 0 })) },
  browser: { needsBuild: true, run: playwright },
  start: { needsBuild: true, run: (output) => vitest("start", ["start"], output) },
  // The portal as `npm start` starts it, with its own database; and by DATABASE_URL what could tell the two apart.
  http: { needsBuild: true, run: (output) => vitest("http", ["http", "url"], output) },
  // With Neon's driver between the portal and its database, what could tell that apart.
  neon: { needsBuild: true, run: (output) => vitest("neon", ["neon", "neon-database"], output) },
  database: { run: (output) => vitest("database", ["database"], output) },
};

/** Two at a time: beside the build what needs none; then the two that wait much; and what keeps both cores busy to the end. */
const SIDE_BY_SIDE = ["build", "unit", "typecheck", "http", "start", "browser", "database", "neon"];
const LANES = 2;

/** `test`: every check there is, or the steps that are named, and one summary. */
export async function main(names: string[]): Promise<void> {
  const unknown = names.find((name) => !Object.hasOwn(STEPS, name));
  if (unknown !== undefined) {
    const known = Object.keys(STEPS).join(", ");
    throw new Failure(`There is no step "${unknown}". Steps: ${known}. Without one, all of them run.`);
  }
  const needsBuild = names.some((name) => STEPS[name]?.needsBuild);
  const asked = Object.keys(STEPS).filter(
    (name) => names.length === 0 || names.includes(name) || (name === "build" && needsBuild),
  );

  keepDatabasesInMemory();
  sweepScratchFolders();
  fs.mkdirSync(REPORTS, { recursive: true });
  const startedAt = performance.now();
  const results: Result[] = [];
  for (const name of asked.filter((name) => !SIDE_BY_SIDE.includes(name))) results.push(await take(name, "shown"));
  results.push(...(await takeSideBySide(SIDE_BY_SIDE.filter((name) => asked.includes(name)))));
  process.exit(summarize(results, performance.now() - startedAt) && results.length === asked.length ? 0 : 1);
}

/** Hundreds of databases of a thousand files each are made and removed: a disk takes longer for these than PostgreSQL does. */
function keepDatabasesInMemory(): void {
  if (process.env[DATABASES_VARIABLE] || !isMemoryPlenty()) return;
  const home = path.join(MEMORY, `latchkey-test-${process.getuid?.() ?? 0}-${shortNameOf(".")}`);
  process.env[DATABASES_VARIABLE] = home;
  process.once("exit", () => fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
}

async function takeSideBySide(names: string[]): Promise<Result[]> {
  const output = names.filter((name) => name !== "build").length > 1 ? "kept" : "shown";
  const queue = [...names];
  const results: Result[] = [];
  let building: Promise<Result> | undefined;
  const lane = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      // Without a build there is nothing for it to talk to.
      if (STEPS[name]?.needsBuild && (await building)?.count.failed) continue;
      const taking = take(name, output);
      if (name === "build") building = taking;
      results.push(await taking);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}

async function take(name: string, output: Output): Promise<Result> {
  console.log(output === "shown" ? `\n── ${name}` : `… ${name}`);
  const startedAt = performance.now();
  const count = await (STEPS[name] as Step).run(output).catch((error: unknown): Count => {
    console.error(error instanceof Failure ? error.message : error);
    return { passed: 0, failed: 1 };
  });
  return { name, seconds: Math.round((performance.now() - startedAt) / 1000), count };
}

/** Prints a line for each step and one for all. Answers whether all is well. */
function summarize(results: Result[], milliseconds: number): boolean {
  console.log("");
  for (const { name, seconds, count } of results) {
    const [passed, failed] = [String(count.passed).padStart(4), String(count.failed).padStart(3)];
    console.log(
      `${count.failed === 0 ? "✓" : "✗"} ${name.padEnd(9)} ${passed} passed ${failed} failed ${String(seconds).padStart(4)} s`,
    );
  }
  // Once more at the end: of a long log often no more than that is kept.
  for (const { name, count } of results) for (const failed of count.names ?? []) console.log(`✗ ${name}: ${failed}`);
  const sum = (of: "passed" | "failed") => results.reduce((total, { count }) => total + count[of], 0);
  const [minutes, seconds] = [Math.floor(milliseconds / 60_000), Math.floor((milliseconds / 1000) % 60)];
  console.log(`  in ${minutes} min ${seconds} s\n\n${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0;
}

/** Biome's rules, and ours of who may import whom. */
async function lint(output: Output): Promise<Count> {
  const { passed } = await check(["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."], output);
  const { modules, problems } = checkFloors();
  for (const problem of problems) console.error(problem);
  console.log(`Read the imports of ${modules} modules: ${problems.length} lead elsewhere than downwards.`);
  return { passed: passed + (problems.length === 0 ? 1 : 0), failed: 1 - passed + problems.length };
}

async function check(command: string[], output: Output): Promise<Count> {
  const code = await node(command, output, path.basename(command[0] ?? ""));
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function vitest(step: string, projects: string[], output: Output): Promise<Count> {
  const report = freshReport(step);
  const options = [...projects.map((name) => `--project=${name}`), "--reporter=default", "--reporter=json"];
  const code = await node(["node_modules/vitest/vitest.mjs", "run", ...options, `--outputFile.json=${report}`], output, step);
  const { numPassedTests, numTotalTests, testResults } = readReport<VitestReport>(report);
  const names = testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status !== "passed").map(({ fullName }) => fullName);
    // A file can fail without a failed test of its own: in what it does before or after them.
    const of = failed.length === 0 && status !== "passed" ? ["the file itself"] : failed;
    return of.map((test) => `${path.relative(".", name)}: ${test}`);
  });
  return judge(code, { passed: numPassedTests, failed: numTotalTests - numPassedTests, names });
}

async function playwright(output: Output): Promise<Count> {
  const { path: chromium, description } = await findChromium();
  console.log(`Browser tests use ${description}.`);
  const report = freshReport("browser");
  const env = { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const code = await node(["node_modules/@playwright/test/cli.js", "test"], output, "browser", env);
  const { stats, suites } = readReport<PlaywrightReport>(report);
  const names = suites.flatMap(failedSpecs);
  return judge(code, { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped, names });
}

function failedSpecs({ file, specs, suites = [] }: PlaywrightSuite): string[] {
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status !== "expected"));
  return [...own.map(({ title }) => `${file}: ${title}`), ...suites.flatMap(failedSpecs)];
}

/** A runner that failed without a failed test, or that ran none, has failed. Skipped and flaky tests count as failed. */
function judge(code: number, { passed, failed, names }: Count): Count {
  return { passed, names, failed: (code !== 0 || passed === 0) && failed === 0 ? 1 : failed };
}

/** Where a runner is to write. What an earlier run wrote there must not pass for its own. */
function freshReport(step: string): string {
  const report = path.join(REPORTS, `${step}.json`);
  fs.rmSync(report, { force: true });
  return report;
}

function readReport<T>(file: string): T {
  if (!fs.existsSync(file)) throw new Failure("The test runner stopped before it wrote its report.");
  return JSON.parse(fs.readFileSync(file, "utf8")) as T;
}

/**
 * V8 optimises what has run for a while, on threads of its own: most of what tests run has ended before that pays. Node 22 and
 * later have no such flag.
 */
const OPTIMISED_LATER = 'import v8 from "node:v8"; v8.setFlagsFromString("--interrupt-budget=1000000");';
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  process.versions.node.startsWith("20.") && `--import=data:text/javascript,${encodeURIComponent(OPTIMISED_LATER)}`,
];

/** Runs a checker or a runner of tests. The servers that tests start have an environment of their own. */
function node(command: string[], output: Output, step: string, env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio = output === "shown" ? "inherit" : "pipe";
    const child = spawn(process.execPath, command, {
      stdio: ["ignore", stdio, stdio],
      env: { ...process.env, NODE_OPTIONS: NODE_OPTIONS.filter(Boolean).join(" "), ...env },
    });
    let kept = "";
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (kept += text));
    child.once("error", reject);
    child.once("close", (code) => {
      if (output === "kept") console.log(`\n── ${step}\n${kept}`);
      resolve(code ?? 1);
    });
  });
}
