import { spawnSync } from "node:child_process";
import { liveAndDie } from "./smoke-key";
import { checkCredentialHeaders, checkOrigins, checkPage } from "./smoke-proxy";
import { checkRoutes, judgeRedirects } from "./smoke-routes";
import { bodyOf, openSite, type Result, type Site, type SmokeSettings } from "./smoke-site";
import { checkTls } from "./smoke-tls";

const CLOCK_TOLERANCE_MS = 60_000;

/** The whole checklist, in order. A server that cannot be spoken to, or that is something else, ends it early. */
export async function runChecks(origin: string, settings: SmokeSettings): Promise<Result[]> {
  const encryption = await checkTls(origin);
  if (encryption.isFatal) return encryption.results;
  const site = openSite(origin, settings);
  const health = await askHealth(site).catch(() => null);
  const unanswered = health
    ? judgeAnswer(site, health)
    : `Nothing answers at ${origin}: start the server there, or correct the address.`;
  if (!health || unanswered) return [{ name: "The server answers", problem: unanswered }];

  const facts = await bodyOf(health);
  const healthProblem = judgeHealth(health, facts);
  site.isSick = health.status >= 500 && healthProblem !== null;
  const checked = [
    ...(await checkRoutes(site)),
    ...(await checkOrigins(site)),
    ...(await checkCredentialHeaders(site)),
    await checkPage(site),
    ...(await checkAddress(site)),
  ];
  return [
    { name: "The server answers", problem: null },
    ...encryption.results,
    { name: "Health", problem: healthProblem },
    { name: "Commit", problem: judgeCommit(facts) },
    { name: "Clock", problem: judgeClock(health) },
    judgeRedirects(site),
    ...checked,
    await liveAndDie(site, checked),
  ];
}

/** Through a redirect of slashes, which has a check of its own. */
async function askHealth({ origin, ask }: Site): Promise<Response> {
  const answer = await ask("/api/health");
  const location = new URL(answer.headers.get("location") ?? "", `${origin}/api/health`);
  return answer.headers.has("location") && location.origin === origin ? ask(location.pathname) : answer;
}

function judgeAnswer({ origin }: Site, health: Response): string | null {
  const location = health.headers.get("location");
  if (location) return `${origin} redirects to ${location}: check the deployment at the address that people use.`;
  const isJson = health.headers.get("content-type")?.includes("json");
  if (health.status === 401 && !isJson) {
    return "It asks who is there before the server is reached: open it, or give VERCEL_AUTOMATION_BYPASS_SECRET for Vercel's Deployment Protection.";
  }
  return null;
}

type Facts = Record<string, unknown>;

function judgeHealth({ status }: Response, facts: Facts): string | null {
  const { database, migrations, settings } = facts;
  if (facts.status === "ok" && status === 200) return null;
  if (Array.isArray(settings)) return `Its settings need attention (${settings.join("; ")}): correct them where it is started.`;
  if (database === "unreachable") return "Its database cannot be reached: check DATABASE_URL, and that the database runs.";
  if (typeof migrations === "string" && migrations.startsWith("pending")) {
    return `Its database is behind (${migrations}): run \`npm run migrate\` with its DATABASE_URL.`;
  }
  return `/api/health answers ${status} and not what Latchkey answers: another program is at this address.`;
}

function judgeCommit({ commit }: Facts): string | null {
  const local = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout?.trim();
  if (!local) return null;
  if (typeof commit !== "string" || commit === "unknown") {
    return "It does not know its commit: set LATCHKEY_COMMIT where it is started, to see when a deployment is stale.";
  }
  return commit === local
    ? null
    : `It runs commit ${commit.slice(0, 12)}, and this folder has ${local.slice(0, 12)}: deploy again.`;
}

function judgeClock(answer: Response): string | null {
  const offMs = Date.parse(answer.headers.get("date") ?? "") - Date.now();
  if (Number.isNaN(offMs) || Math.abs(offMs) <= CLOCK_TOLERANCE_MS) return null;
  return `Its clock is ${Math.round(Math.abs(offMs) / 1000)} seconds ${offMs > 0 ? "ahead of" : "behind"} this one's: switch on time synchronisation.`;
}

/** The address that it believes in, which its API reference names. A missing reference is said as a missing route. */
async function checkAddress({ ask, origin }: Site): Promise<Result[]> {
  const { servers } = await bodyOf(await ask("/api/openapi.json"));
  const [server]: unknown[] = Array.isArray(servers) ? servers : [];
  const url = typeof server === "object" && server !== null && "url" in server ? String(server.url) : "";
  if (!URL.canParse(url)) return [];
  const own = new URL(url).origin;
  const problem =
    own === origin ? null : `It is reached at ${origin}, but its APP_URL is ${own}: set APP_URL to the address that people use.`;
  return [{ name: "Address", problem }];
}
