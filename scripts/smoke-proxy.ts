import { SEED_ORIGINS } from "../lib/request/origins";
import { bodyOf, judgeAll, pathOf, type Result, type Site, setOrServices } from "./smoke-site";

const FOREIGN_ORIGIN = "https://not-allowed.example";
const GATED = ["/api/auth/settings/", "/api/api-keys"];

/** From where browsers may call the key APIs, and from where not. */
export async function checkOrigins(site: Site): Promise<Result[]> {
  const foreign = await preflights(site, FOREIGN_ORIGIN);
  const isOriginLost = foreign.every(({ status, headers }) => status === 204 && !headers.has("access-control-allow-origin"));
  const given = site.settings.ALLOWED_ORIGINS?.split(",").map((entry) => entry.trim().replace("*", "smoke")) ?? [];
  const allowed = [...new Set([site.origin, ...SEED_ORIGINS, ...given.filter(Boolean)])];
  const granted = await Promise.all(
    allowed.map(async (origin): Promise<Result> => {
      const name = `Preflight from ${origin}`;
      if (isOriginLost) return { name, problem: null, isSkipped: true };
      return judgeAll(site, name, await preflights(site, origin), (answer) => judgePreflight(site, origin, answer));
    }),
  );
  return [...granted, await judgeAll(site, "Other origins are refused", foreign, judgeRefusal)];
}

function preflights({ ask }: Site, origin: string): Promise<Response[]> {
  const init = { method: "OPTIONS", headers: { Origin: origin, "Access-Control-Request-Method": "GET" } };
  return Promise.all(GATED.map((path) => ask(path, init)));
}

function judgePreflight(site: Site, origin: string, answer: Response): string | null {
  const path = pathOf(answer);
  if (answer.status === 403) {
    return origin === site.origin
      ? `${path} refuses its own pages: let the proxy pass Host and X-Forwarded-Proto on.`
      : `${path} refuses pages of ${origin}: add it to ALLOWED_ORIGINS.`;
  }
  const isGranted = answer.status === 204 && answer.headers.get("access-control-allow-origin") === origin;
  if (isGranted) return null;
  return `The preflight of ${path} from ${origin} is answered ${answer.status} without its grant: let the proxy pass OPTIONS and all Access-Control headers on.`;
}

function judgeRefusal(answer: Response): string | null {
  const hasGrant = answer.headers.has("access-control-allow-origin");
  if (answer.status === 403 && !hasGrant) return null;
  const path = pathOf(answer);
  return hasGrant
    ? `${path} answers pages of any site (${answer.status}): let no proxy answer OPTIONS or add Access-Control headers.`
    : `${path} is not told whose pages call it (${answer.status}): let the proxy pass OPTIONS and the Origin header on.`;
}

/** The headers by which callers show who they are. */
export async function checkCredentialHeaders(site: Site): Promise<Result[]> {
  const { ask } = site;
  const [bearer, signed] = await Promise.all([
    ask("/api/auth/settings/", { headers: { Authorization: "Bearer smoke" } }),
    // By this header alone a form's type is taken for a report and not for the page.
    ask("/usage", {
      method: "POST",
      body: "{}",
      headers: { "x-signature": "smoke", "Content-Type": "multipart/form-data; boundary=smoke" },
    }),
  ]);
  return Promise.all([
    judgeAll(site, "Authorization arrives", [bearer], judgeBearer),
    judgeAll(site, "x-signature arrives", [signed], judgeSigned),
    checkAdminSecret(site),
  ]);
}

async function judgeBearer(answer: Response): Promise<string | null> {
  const { code } = await bodyOf(answer);
  return code === "not_authenticated" ? lost("Authorization") : null;
}

async function judgeSigned(answer: Response): Promise<string | null> {
  const { error } = await bodyOf(answer);
  return error === undefined ? lost("x-signature") : null;
}

function lost(header: string): string {
  return `The ${header} header is lost on the way: let the proxy pass it on.`;
}

/** A wrong secret is refused; the right one, when it was given, is not. */
async function checkAdminSecret(site: Site): Promise<Result> {
  const { ADMIN_API_SECRET: given } = site.settings;
  const askWith = (secret: string) => site.ask("/api/api-keys?limit=1", { headers: { "X-Admin-Secret": secret } });
  const { SERVICE_CREDENTIAL: own } = site.settings;
  const wrong = await judgeAll(site, "Admin secret", [await askWith("wrong")], (answer) =>
    judgeWrongSecret(answer, Boolean(own)),
  );
  if (wrong.problem || wrong.isSkipped || !given) return wrong;
  return judgeAll(site, "Admin secret", [await askWith(given)], ({ status }) =>
    status === 401
      ? "The admin API refuses the ADMIN_API_SECRET given here: correct it, or let the proxy pass the X-Admin-Secret header on."
      : null,
  );
}

async function judgeWrongSecret(answer: Response, hasServices: boolean): Promise<string | null> {
  if (answer.status === 401) return null;
  const { details, error } = await bodyOf(answer);
  // Refused as well: this network has sent many wrong ones within the minute.
  if (answer.status === 429 && String(error).startsWith("Too many attempts.")) return null;
  if (String(details).includes("ADMIN_API_SECRET is not set")) {
    return hasServices ? null : `The admin API has no secret to check its callers with: ${setOrServices("ADMIN_API_SECRET")}`;
  }
  return `A wrong admin secret is answered ${answer.status} and not 401: let nothing in front of the server answer for it.`;
}

/** Headers that keep its pages safe. */
export async function checkPage(site: Site): Promise<Result> {
  return judgeAll(site, "Security headers of pages", [await site.ask("/"), await site.ask("/docs")], (answer) =>
    judgePage(site.origin, answer),
  );
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
