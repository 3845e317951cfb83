import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { SOURCES } from "../scripts/build";
import type { Side } from "./measure";

type Result = { requests: { total: number }; duration: number; non2xx: number; errors: number };
const autocannon = createRequire(import.meta.url)("autocannon") as (options: object) => Promise<Result>;

export type Load = {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  connections?: number;
};

/** A side that sends requests over several connections, in requests per second. Any answer but 2xx fails the run. */
export function load({ connections = 8, ...request }: Load): Side {
  return async (milliseconds) => {
    const startedAt = performance.now();
    const result = await autocannon({ ...request, connections, duration: Math.max(1, Math.round(milliseconds / 1000)) });
    if (result.non2xx + result.errors > 0) throw new Error(`${request.url}: ${result.non2xx} refusals, ${result.errors} errors`);
    return (result.requests.total * 1000) / (performance.now() - startedAt);
  };
}

/** Sends exactly so many requests. */
export async function send(request: Load, amount: number): Promise<void> {
  const result = await autocannon({ ...request, connections: 8, amount });
  if (result.non2xx + result.errors > 0) throw new Error(`${request.url}: ${result.non2xx} refusals, ${result.errors} errors`);
}

/**
 * The portal's production build with two more routes in it: one does nothing, the other reads a JSON body and answers with
 * it. They show what a request costs before any work of ours.
 */
export function buildWithBareRoutes(folder: string): string {
  const site = path.join(folder, "site");
  rmSync(site, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  for (const name of [...SOURCES, "package.json"]) {
    if (!existsSync(name)) continue;
    cpSync(name, path.join(site, name), { recursive: true });
  }
  mkdirSync(path.join(site, "app/api/empty"), { recursive: true });
  writeFileSync(path.join(site, "app/api/empty/route.ts"), "export async function POST() { return new Response(); }\n");
  mkdirSync(path.join(site, "app/api/echo"), { recursive: true });
  const echo = "export async function POST(request: Request) { return Response.json(await request.json()); }\n";
  writeFileSync(path.join(site, "app/api/echo/route.ts"), echo);
  cpSync("next.config.js", path.join(site, "portal.config.js"));
  const root = JSON.stringify(process.cwd());
  writeFileSync(
    path.join(site, "next.config.js"),
    `import portal from "./portal.config.js";\nexport default { ...portal, outputFileTracingRoot: ${root}, turbopack: { root: ${root} } };\n`,
  );
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const build = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build", site], { env, encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the build failed:\n${build.stdout}\n${build.stderr}`);
  return site;
}
