import { OPERATIONS } from "../app/docs/reference/document";
import type { Operation } from "../app/docs/reference/operation";
import { MAX_ID } from "../lib/values/ids";
import { bodyOf, judgeAll, pathOf, type Result, type Site, setOrServices } from "./smoke-site";

/** Where a server says that it lacks a secret of its own, and which. The admin secret has a check of its own. */
const NEEDED_SECRETS: Record<string, string> = {
  "/api/keys/verify": "SERVICE_API_SECRET",
  "/usage": "USAGE_WEBHOOK_SECRET",
};

/**
 * Each documented route with and without a slash. They are called without credentials, so nothing happens; and one after
 * the other, so that a small deployment, or one that is just waking up, does not fail for being checked.
 */
export async function checkRoutes(site: Site): Promise<Result[]> {
  const results: Result[] = [];
  for (const operation of OPERATIONS) results.push(await checkRoute(site, operation));
  return results;
}

async function checkRoute(site: Site, { method, path }: Operation): Promise<Result> {
  const bare = path.replace("{id}", path.includes("/auth/") ? crypto.randomUUID() : String(MAX_ID)).replace(/\/$/, "");
  const body = method === "POST" || method === "PUT" || method === "PATCH" ? "{}" : null;
  const init = { method, body, headers: { "Content-Type": "application/json" } };
  const answers = await Promise.all([site.ask(bare, init), site.ask(`${bare}/`, init)]);
  const name = `${method} ${path}`;
  const missing = answers.find(({ status }) => [404, 405].includes(status));
  return missing
    ? { name, problem: explainMissing(missing) }
    : judgeAll(site, name, answers, (answer) => judgeRoute(answer, site));
}

function explainMissing(answer: Response): string {
  return `${pathOf(answer)} is missing (${answer.status}): deploy this version again, and let the proxy pass every path on as it is.`;
}

async function judgeRoute(answer: Response, site: Site): Promise<string | null> {
  const path = pathOf(answer);
  if (answer.status >= 500) return explainFailure(path, answer, site);
  const isJson = answer.headers.get("content-type")?.includes("json");
  return isJson ? null : `${path} does not answer in JSON: something in front of the server answers in its place.`;
}

async function explainFailure(path: string, answer: Response, { settings }: Site): Promise<string | null> {
  const { error, code, details } = await bodyOf(answer);
  if (String(details).includes("ADMIN_API_SECRET is not set")) return null;
  const needed = NEEDED_SECRETS[path.replace(/\/$/, "")];
  if (needed && (code === "NOT_CONFIGURED" || error === "Server not configured")) {
    return settings.SERVICE_CREDENTIAL ? null : `${path} has no secret to check its callers with: ${setOrServices(needed)}`;
  }
  const id = answer.headers.get("x-request-id") ?? "none";
  return `${path} fails (${answer.status}): look for request ${id} in the server's log.`;
}

/** What was asked so far must not have been redirected: preflights fail then, and a POST loses its body. */
export function judgeRedirects({ redirects }: Site): Result {
  const [first] = redirects;
  const others = redirects.size > 1 ? `, and so do ${redirects.size - 1} more paths` : "";
  const problem = first
    ? `${first[0]} redirects to ${first[1]}${others}: switch off redirects, of slashes above all, in the proxy or on the platform.`
    : null;
  return { name: "No redirects", problem };
}
