import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { db, disconnect } from "../lib/database/client";
import { contradictions } from "../lib/settings/contradictions";
import { ensureBuilt } from "./build";
import { dataDirectory, type Environment, prepareEnvironment } from "./environment";
import { Failure } from "./failure";
import { ensureFirstAdmin, type FirstAdmin, forgetPassword } from "./first-admin";
import { holdCluster } from "./hold-cluster";
import { withLock } from "./lock";
import { migrate } from "./migrate";
import { serve } from "./serve";

/** `start`: everything from an empty folder to a server that answers, then its address and a first `curl`. */
export async function main(): Promise<void> {
  await run("start");
}

export async function run(mode: "start" | "dev"): Promise<void> {
  const stopping = stopSignal();
  try {
    // The lock is held until the server listens, so that a second start on its port is told that the port is taken.
    const { environment, admin, server, isHealthy, release } = await withLock(
      dataDirectory(),
      () => bringUp(mode, stopping),
      stopping,
    );
    if (isHealthy) greet(environment, admin);
    const ending = await server.ended;
    await release();
    if (!stopping.aborted) {
      const command = mode === "dev" ? "npm run dev" : "npm start";
      throw new Failure(`The server stopped unexpectedly (${ending}). Start it again with: ${command}`);
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  process.exit(0);
}

/** Aborted by Ctrl+C and its like. From then on whoever works cleans up and ends. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => controller.abort());
  const parent = process.ppid;
  // npm passes SIGTERM on to its shell only, which ends and tells nobody.
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && controller.abort(), 500).unref();
  return controller.signal;
}

type Server = { ended: Promise<string>; isRunning(): boolean };
type Running = {
  environment: Environment;
  admin: FirstAdmin;
  server: Server;
  isHealthy: boolean;
  release: () => Promise<void>;
};

async function bringUp(mode: "start" | "dev", stopping: AbortSignal): Promise<Running> {
  const environment = await prepareEnvironment(requireFreePort);
  const release = await holdCluster(environment);
  try {
    const applied = await migrate(environment.env);
    if (applied.length > 0) console.log(`Applied migrations: ${applied.join(", ")}.`);
    const admin = await refuseContradictions(environment)
      .then(() => ensureFirstAdmin(environment.dataDirectory))
      .finally(disconnect);
    if (mode === "start") await ensureBuilt(stopping);
    stopping.throwIfAborted();
    const server = serveUntil(stopping, mode, environment);
    const isHealthy = await waitUntilHealthy(environment, server);
    return { environment, admin, server, isHealthy, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** A portal that is in use goes on: its server says what to mend. */
async function refuseContradictions({ env }: Environment): Promise<void> {
  const found = contradictions(env);
  if (found.length === 0 || (await db().user.findFirst({ select: { id: true } }))) return;
  throw new Failure(
    ["These settings contradict each other or are not safe (see .env.example):", ...found.map((one) => `  ${one}`)].join("\n"),
  );
}

function serveUntil(stopping: AbortSignal, mode: "start" | "dev", { env }: Environment): Server {
  const child = serve({
    mode,
    port: env.PORT,
    host: process.env.HOST,
    // An address that is a guess is not handed on as if it had been set.
    env: {
      ...process.env,
      ...(env.APP_URL && { APP_URL: env.appUrl }),
      LATCHKEY_COMMIT: process.env.LATCHKEY_COMMIT || currentCommit(),
    },
  });
  stopping.addEventListener("abort", () => {
    child.kill("SIGTERM");
    // It lets requests finish first, and cuts off those that do not; if even that fails, it is not waited for.
    setTimeout(() => child.kill("SIGKILL"), 9_500);
  });
  return {
    ended: new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`))),
    isRunning: () => child.exitCode === null && child.signalCode === null,
  };
}

async function waitUntilHealthy({ env }: Environment, server: Server): Promise<boolean> {
  const host = process.env.HOST || "localhost";
  const address = `http://${host.includes(":") ? `[${host}]` : host}:${env.PORT}/api/health`;
  const deadline = Date.now() + 120_000;
  let problem = "it did not answer";
  while (Date.now() < deadline && server.isRunning()) {
    try {
      const response = await fetch(address);
      if (response.ok) return true;
      problem = `/api/health says ${JSON.stringify(await response.json())}`;
    } catch {
      // Not listening yet.
    }
    await pause(150);
  }
  if (server.isRunning()) console.error(`The server runs but is not healthy: ${problem}.`);
  return false;
}

function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(new Failure(`Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`));
      else if (error.code === "EACCES")
        reject(new Failure(`This user may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`));
      else if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
        reject(new Failure("HOST is not an address of this machine. Unset it, or set it to one, such as 127.0.0.1."));
      else reject(error);
    });
    probe.listen({ port, host: process.env.HOST || undefined, exclusive: true }, () => probe.close(() => resolve()));
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
  const lines = [
    "",
    `  Latchkey runs at ${env.appUrl}`,
    "",
    `  Administrator   ${admin.email}`,
    admin.password
      ? `  Password        ${admin.password}   (shown this once: keep it)`
      : "  Password        shown when it was made",
    "",
    ...(env.ADMIN_API_SECRET
      ? [
          "  A first key, from this folder:",
          "",
          `    curl -X POST ${env.appUrl}/api/api-keys \\`,
          `      -H "X-Admin-Secret: ${secretInShell(env.ADMIN_API_SECRET, cluster && dataDirectory)}" \\`,
          `      -H "Content-Type: application/json" \\`,
          `      -d '{"userId": "${admin.id}", "name": "My first key"}'`,
        ]
      : [
          "  A credential for a first program, from this folder:",
          "",
          '    npm run admin -- services create "My program" --scopes verify,usage',
        ]),
    "",
    "  Stop with Ctrl+C. The README shows the rest.",
    "",
  ];
  console.log(lines.join("\n"));
  forgetPassword(dataDirectory);
}

/** How a shell gets at the admin secret without its being printed: from the file it is kept in, or the environment. */
function secretInShell(secret: string | undefined, directory: string | undefined): string {
  const file = path.join(directory ?? "", "secrets", "ADMIN_API_SECRET");
  if (directory === undefined || !fs.existsSync(file) || fs.readFileSync(file, "utf8").trim() !== secret)
    return "$ADMIN_API_SECRET";
  const shown = path.relative(process.cwd(), file);
  return `$(cat ${/^[\w./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`})`;
}
