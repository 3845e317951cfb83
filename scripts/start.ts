import { type ChildProcess, execFileSync, fork } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { ensureBuilt, generateClient } from "./build";
import { type Environment, prepareEnvironment } from "./environment";
import { Failure } from "./failure";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin";
import { holdCluster } from "./hold-cluster";
import { withLock } from "./lock";
import { applyMigrations } from "./migrate";

/** `start`: everything from an empty folder to a server that answers, then its address and a first `curl`. */
export async function main(): Promise<void> {
  await run("start");
}

export async function run(mode: "start" | "dev"): Promise<void> {
  const prepared = await withLock(path.resolve(process.env.DATA_DIR?.trim() || ".data"), () => prepare(mode));
  const { environment, admin, release } = prepared;
  const server = serve(mode, environment);
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    server.kill("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  server.once("exit", async (code, signal) => {
    await release();
    if (!isStopping)
      console.error(
        `The server stopped unexpectedly (${signal ?? `exit ${code}`}). Start it again with: npm ${mode === "dev" ? "run dev" : "start"}`,
      );
    process.exit(isStopping ? 0 : 1);
  });
  await waitUntilHealthy(environment, server);
  if (!isStopping) greet(environment, admin);
}

type Prepared = { environment: Environment; admin: FirstAdmin; release: () => Promise<void> };

async function prepare(mode: "start" | "dev"): Promise<Prepared> {
  generateClient();
  const port = Number(process.env.PORT?.trim() || 3000);
  if (Number.isInteger(port)) await requireFreePort(port);
  const environment = await prepareEnvironment();
  const release = await holdCluster(environment);
  try {
    const applied = await applyMigrations(environment.env);
    if (applied.length > 0) console.log(`Applied migrations: ${applied.join(", ")}.`);
    const admin = await ensureFirstAdmin();
    if (mode === "start") await ensureBuilt();
    return { environment, admin, release };
  } catch (error) {
    await release();
    throw error;
  }
}

function serve(mode: "start" | "dev", { env }: Environment): ChildProcess {
  const host = process.env.HOST ? ["-H", process.env.HOST] : [];
  return fork("node_modules/next/dist/bin/next", [mode, "-p", String(env.PORT), ...host], {
    execArgv: ["--import", path.resolve("scripts/exit-with-parent.mjs")],
    env: {
      ...process.env,
      PORT: String(env.PORT),
      APP_URL: env.appUrl,
      LATCHKEY_COMMIT: process.env.LATCHKEY_COMMIT ?? currentCommit(),
      NEXT_TELEMETRY_DISABLED: "1",
      NODE_ENV: mode === "dev" ? "development" : "production",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

async function waitUntilHealthy({ env }: Environment, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 120_000;
  let problem = "it did not answer";
  while (Date.now() < deadline && server.exitCode === null && server.signalCode === null) {
    try {
      const response = await fetch(`http://${process.env.HOST ?? "localhost"}:${env.PORT}/api/health`);
      if (response.ok) return;
      problem = `/api/health says ${JSON.stringify(await response.json())}`;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  if (server.exitCode === null && server.signalCode === null) console.error(`The server runs but is not healthy: ${problem}.`);
}

function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(new Failure(`Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`));
      else if (error.code === "EACCES")
        reject(new Failure(`This user may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`));
      else reject(error);
    });
    probe.listen({ port, host: process.env.HOST, exclusive: true }, () => probe.close(() => resolve()));
  });
}

/** The commit that is served, for /api/health. A folder that is not a checkout has none. */
function currentCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

function greet({ env, cluster, dataDirectory }: Environment, admin: FirstAdmin): void {
  const secrets = path.join(path.relative(process.cwd(), dataDirectory) || ".", "secrets");
  const secret =
    cluster && fs.existsSync(path.join(dataDirectory, "secrets", "ADMIN_API_SECRET"))
      ? `$(cat ${secrets}/ADMIN_API_SECRET)`
      : "$ADMIN_API_SECRET";
  const lines = [
    "",
    `  Latchkey runs at ${env.appUrl}`,
    "",
    `  Administrator   ${admin.email}`,
    admin.password
      ? `  Password        ${admin.password}   (shown this once: keep it)`
      : "  Password        shown when it was made",
    "",
    "  A first key, from this folder:",
    "",
    `    curl -X POST ${env.appUrl}/api/api-keys \\`,
    `      -H "X-Admin-Secret: ${secret}" \\`,
    `      -H "Content-Type: application/json" \\`,
    `      -d '{"userId": "${admin.id}", "name": "My first key"}'`,
    "",
    "  Stop with Ctrl+C. The README shows the rest.",
    "",
  ];
  console.log(lines.join("\n"));
}
