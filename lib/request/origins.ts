// Runs in the edge middleware: no Node.js APIs, no settings of its own.

/** The five origins of the DataZag seed. */
export const SEED_ORIGINS = [
  "https://portal.datazag.com",
  "http://localhost:3000",
  "https://datazag-vercel.vercel.app",
  "https://datazag-vercel-datazag.vercel.app",
  "https://datazag-vercel-git-master-datazag.vercel.app",
];

/** What the deployment says of itself: origins, and host names that are reached over https. */
export type OriginSettings = { origins: readonly (string | undefined)[]; hosts: readonly (string | undefined)[] };

/**
 * Whether a browser page of this origin may call the key APIs. Compared to the letter: case, port, scheme and a
 * trailing slash all count. An entry may hold one `*` inside a single host label.
 */
export function isAllowedOrigin(origin: string, headers: Headers, settings: OriginSettings): boolean {
  if (SEED_ORIGINS.includes(origin) || isOwnOrigin(origin, headers)) return true;
  if (settings.hosts.some((host) => host && origin === `https://${host}`)) return true;
  return settings.origins.some((entry) => entry && (entry.includes("*") ? matchesPattern(origin, entry) : origin === entry));
}

type Sent = Pick<Headers, "get">;

/** Whether the page was served by the same host as the request goes to. */
export function isOwnOrigin(origin: string, headers: Sent): boolean {
  return isOfScheme(origin, firstOf(headers.get("x-forwarded-proto")) ?? "http", headers);
}

function isOfScheme(origin: string, scheme: string, headers: Sent): boolean {
  const hosts = [headers.get("host"), firstOf(headers.get("x-forwarded-host"))];
  return hosts.some((host) => host && origin === `${scheme}://${host.toLowerCase()}`);
}

/**
 * Whether a form was sent by one of our own pages, or by no page at all. Which scheme they have is not asked: not every proxy
 * passes it on.
 */
export function isOwnForm(headers: Sent): boolean {
  const origin = headers.get("origin");
  if (origin === null) return isOfNoOtherSite(headers);
  return ["http", "https"].some((scheme) => isOfScheme(origin, scheme, headers));
}

/** What is told to whoever sent another one. */
export const FOREIGN_FORM =
  "This form was not sent by a page of this portal, so nothing was done. Open the portal itself, and send it from there.\n";

function matchesPattern(origin: string, pattern: string): boolean {
  const [before = "", after = ""] = pattern.split("*");
  const middle = origin.slice(before.length, origin.length - after.length);
  return (
    origin.length > before.length + after.length &&
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    /^[a-z0-9-]+$/.test(middle)
  );
}

/** Proxies may append to these headers; the first entry is the one nearest to the client. */
function firstOf(header: string | null): string | undefined {
  return header?.split(",")[0]?.trim() || undefined;
}

/** Whether a cookie may speak for this request: it comes from our own pages, or from no page at all. */
export function isSameOrigin(headers: Sent): boolean {
  const origin = headers.get("origin");
  return origin === null ? isOfNoOtherSite(headers) : isOwnOrigin(origin, headers);
}

/** As browsers say it where they say no origin. */
function isOfNoOtherSite(headers: Sent): boolean {
  return ["same-origin", "none"].includes(headers.get("sec-fetch-site") ?? "none");
}
