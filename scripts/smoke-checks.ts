import { spawnSync } from "node:child_process";
import { APIS, type Method } from "../app/endpoints";
import { SEED_ORIGINS } from "../lib/http/origins";
import { liveAndDie } from "./smoke-key";

/** `problem`: one sentence on what is wrong and how to mend it; null when all is well, or when there was nothing to ask with. */
export type Result = { name: string; problem: string | null; isSkipped?: boolean };

export type SmokeSettings = Record<string, string | undefined>;

export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const TIMEOUT_MS = 30_000;
const CLOCK_TOLERANCE_MS = 60_000;
const FOREIGN_ORIGIN = "https://not-allowed.example";
const GATED = ["/api/auth/settings/", "/api/api-keys"];

/** The whole checklist, in order. A server that does not answer, or that is something else, ends it early. */
export async function runChecks(origin: string, settings: SmokeSettings): Promise<Result[]> {
  const ask: Ask = (path, init) => fetch(origin + path, { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const health = await ask("/api/health").catch(() => null);
  if (!health) {
    const problem = `Nothing answers at ${origin}: start the server there, or correct the address.`;
    return [{ name: "The server answers", problem }];
  }
  const body: unknown = await health.json().catch(() => null);
  return [
    { name: "The server answers", problem: null },
    { name: "Health", problem: judgeHealth(health, body) },
    { name: "Commit", problem: judgeCommit(body) },
    { name: "Clock", problem: judgeClock(health) },
    { name: "Encryption", problem: judgeEncryption(origin) },
    ...(await checkRoutes(ask)),
    ...(await checkOrigins(ask, origin, settings)),
    { name: "Admin secret", problem: judgeAdminGate(await ask("/api/api-keys", { headers: { "X-Admin-Secret": "wrong" } })) },
    { name: "Security headers of pages", problem: judgePage(origin, await ask("/")) },
    await liveAndDie(ask, origin, settings),
  ];
}

type Health = { status?: unknown; commit?: unknown; database?: unknown; migrations?: unknown };

function judgeHealth(answer: Response, body: unknown): string | null {
  const { status, database, migrations } = asHealth(body);
  if (status === "ok" && answer.status === 200) return null;
  if (database === "unreachable") return "Its database cannot be reached: check DATABASE_URL, and that the database runs.";
  if (typeof migrations === "string" && migrations.startsWith("pending")) {
    return `Its database is behind (${migrations}): run \`npm run migrate\` with its DATABASE_URL.`;
  }
  return `/api/health answers ${answer.status} and not what Latchkey answers: another program is at this address.`;
}

function judgeCommit(body: unknown): string | null {
  const { commit } = asHealth(body);
  const local = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout?.trim();
  if (!local) return null;
  if (typeof commit !== "string" || commit === "unknown") {
    return "It does not know its commit: set LATCHKEY_COMMIT where it is started, to see when a deployment is stale.";
  }
  return commit === local
    ? null
    : `It runs commit ${commit.slice(0, 12)}, and this folder has ${local.slice(0, 12)}: deploy again.`;
}

function asHealth(body: unknown): Health {
  return typeof body === "object" && body !== null ? body : {};
}

function judgeClock(answer: Response): string | null {
  const offMs = Date.parse(answer.headers.get("date") ?? "") - Date.now();
  if (Number.isNaN(offMs) || Math.abs(offMs) <= CLOCK_TOLERANCE_MS) return null;
  return `Its clock is ${Math.round(Math.abs(offMs) / 1000)} seconds ${offMs > 0 ? "ahead" : "behind"} of this one's: switch on time synchronisation.`;
}

function judgeEncryption(origin: string): string | null {
  const { protocol, hostname } = new URL(origin);
  if (protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return null;
  return "Keys and passwords travel in clear: serve it over https.";
}

/** Each documented route with and without a slash. They are called without credentials, so nothing happens. */
async function checkRoutes(ask: Ask): Promise<Result[]> {
  const routes = APIS.flatMap(({ routes }) => routes.flatMap(({ methods, path }) => methods.map((method) => ({ method, path }))));
  const results: Result[] = [];
  for (const { method, path } of routes) {
    const bare = path.replace(":id", path.includes("/auth/") ? crypto.randomUUID() : "2147483647").replace(/\/$/, "");
    const problems = [await judgeRoute(ask, method, bare), await judgeRoute(ask, method, `${bare}/`)];
    results.push({ name: `${method} ${path}`, problem: problems.find(Boolean) ?? null });
  }
  return results;
}

async function judgeRoute(ask: Ask, method: Method, path: string): Promise<string | null> {
  const body = method === "POST" || method === "PUT" || method === "PATCH" ? "{}" : null;
  const answer = await ask(path, { method, body, headers: { "Content-Type": "application/json" } });
  const location = answer.headers.get("location");
  if (location) return `${path} redirects to ${location}: switch off redirects of slashes in the proxy or on the platform.`;
  if ([404, 405].includes(answer.status)) {
    return `${path} is missing (${answer.status}): deploy this version again, and let the proxy pass every path on as it is.`;
  }
  // What is wrong with the health itself is said by its own check.
  if (answer.status >= 500 && !path.startsWith("/api/health")) {
    const id = answer.headers.get("x-request-id") ?? "none";
    return `${path} fails (${answer.status}): look for request ${id} in the server's log.`;
  }
  const isJson = answer.headers.get("content-type")?.includes("json");
  return isJson ? null : `${path} does not answer in JSON: something in front of the server answers in its place.`;
}

/** From where browsers may call the key APIs, and from where not. */
async function checkOrigins(ask: Ask, origin: string, { ALLOWED_ORIGINS }: SmokeSettings): Promise<Result[]> {
  const own = ALLOWED_ORIGINS?.split(",").map((entry) => entry.trim().replace("*", "smoke")) ?? [];
  const results: Result[] = [];
  for (const allowed of new Set([origin, ...SEED_ORIGINS, ...own.filter(Boolean)])) {
    const problems = await Promise.all(
      GATED.map(async (path) => judgePreflight(path, allowed, await preflight(ask, path, allowed))),
    );
    results.push({ name: `Preflight from ${allowed}`, problem: problems.find(Boolean) ?? null });
  }
  const refusals = await Promise.all(GATED.map(async (path) => judgeRefusal(path, await preflight(ask, path, FOREIGN_ORIGIN))));
  results.push({ name: "Other origins are refused", problem: refusals.find(Boolean) ?? null });
  return results;
}

function preflight(ask: Ask, path: string, from: string): Promise<Response> {
  return ask(path, { method: "OPTIONS", headers: { Origin: from, "Access-Control-Request-Method": "GET" } });
}

function judgePreflight(path: string, from: string, answer: Response): string | null {
  if (answer.status === 403) return `${path} refuses pages of ${from}: add it to ALLOWED_ORIGINS.`;
  const isGranted = answer.status === 204 && answer.headers.get("access-control-allow-origin") === from;
  if (isGranted) return null;
  return `The preflight of ${path} from ${from} is answered ${answer.status} without its grant: let the proxy pass OPTIONS and all Access-Control headers on.`;
}

function judgeRefusal(path: string, answer: Response): string | null {
  if (answer.status === 403 && !answer.headers.has("access-control-allow-origin")) return null;
  return `${path} answers pages of any site (${answer.status}): let no proxy answer OPTIONS or add Access-Control headers.`;
}

function judgeAdminGate(answer: Response): string | null {
  if (answer.status === 401) return null;
  if (answer.status >= 500) return "The admin API fails before it looks at the secret: set ADMIN_API_SECRET on the server.";
  return `A wrong admin secret is answered ${answer.status} and not 401: let the proxy pass the X-Admin-Secret header on.`;
}

function judgePage(origin: string, answer: Response): string | null {
  const policy = answer.headers.get("content-security-policy") ?? "";
  const scripts = /script-src[^;]*/.exec(policy)?.[0] ?? "";
  const missing = [
    !scripts.includes("'nonce-") && "a Content-Security-Policy with a nonce",
    scripts.includes("'unsafe-inline'") && "a Content-Security-Policy without unsafe-inline scripts",
    !policy.includes("frame-ancestors 'none'") && "frame-ancestors 'none'",
    !answer.headers.has("referrer-policy") && "Referrer-Policy",
    answer.headers.get("x-content-type-options") !== "nosniff" && "X-Content-Type-Options: nosniff",
    origin.startsWith("https:") &&
      !answer.headers.has("strict-transport-security") &&
      "Strict-Transport-Security (set APP_URL to its https address)",
  ].filter((name) => name !== false);
  return missing.length === 0 ? null : `Pages come without ${missing.join(", ")}: let the proxy pass the server's headers on.`;
}
