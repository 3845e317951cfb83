import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hashSources, SOURCES } from "../scripts/build";
import { repeat, requireMeasured, type Side } from "./measure";

// What is used of undici, which is installed for measurements only: types are checked without it.
type Call = { path: string; method: "GET" | "POST"; headers: Record<string, string>; body: string | undefined };
type Answer = { statusCode: number; body: { dump(): Promise<unknown> } };
type PoolClass = new (origin: string, options: { connections: number }) => { request(call: Call): Promise<Answer> };
const { Pool } = requireMeasured("undici") as { Pool: PoolClass };

export type Load = {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  connections?: number;
};

/** A side that sends requests over several connections, in requests per second. Any answer but 2xx fails the run. */
export function load(request: Load): Side {
  return repeat(sender(request), request.connections ?? CONNECTIONS);
}

/** Sends exactly so many requests. */
export async function send(request: Load, amount: number): Promise<void> {
  const sendOne = sender(request);
  let left = amount;
  const work = async () => {
    while (left-- > 0) await sendOne();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

const CONNECTIONS = 8;

function sender({ url, method = "GET", headers = {}, body, connections = CONNECTIONS }: Load): () => Promise<void> {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections });
  return async () => {
    const answer = await pool.request({ path: pathname + search, method, headers, body });
    await answer.body.dump();
    if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`${url} answered ${answer.statusCode}`);
  };
}

/**
 * The portal's production build with two more routes in it: one does nothing, the other reads a JSON body and answers with
 * it. They show what a request costs before any work of ours. Built again when the sources changed.
 */
export function buildWithBareRoutes(folder: string): string {
  const site = path.join(folder, "site");
  const stamp = path.join(site, ".next", "latchkey-build");
  const hash = hashSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return site;
  rmSync(site, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  for (const name of [...SOURCES, "package.json"]) {
    if (existsSync(name)) cpSync(name, path.join(site, name), { recursive: true });
  }
  for (const [name, handler] of Object.entries(BARE_ROUTES)) {
    mkdirSync(path.join(site, "app/api", name), { recursive: true });
    writeFileSync(path.join(site, "app/api", name, "route.ts"), `export async function POST${handler}\n`);
  }
  cpSync("next.config.js", path.join(site, "portal.config.js"));
  const root = JSON.stringify(process.cwd());
  writeFileSync(
    path.join(site, "next.config.js"),
    `import portal from "./portal.config.js";\nexport default { ...portal, outputFileTracingRoot: ${root}, turbopack: { root: ${root} } };\n`,
  );
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const build = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build", site], { env, encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the build failed:\n${build.stdout}\n${build.stderr}`);
  writeFileSync(stamp, hash);
  return site;
}

const BARE_ROUTES = {
  empty: "() { return new Response(); }",
  echo: "(request: Request) { return Response.json(await request.json()); }",
};
