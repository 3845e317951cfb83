/** Twice what the longest address of a list has, percent-encoded. */
const MAX_LENGTH = 8192;
const BASE = "http://portal.invalid";

/**
 * Where to go on after signing in: `next` when it is a path of this portal, else the keys. Read as a browser reads it, so
 * that `//host`, `/\host` and tabs between the slashes are seen for the addresses they are.
 */
export function returnPath(next: unknown): string {
  if (typeof next !== "string" || next.length > MAX_LENGTH || !next.startsWith("/") || !URL.canParse(next, BASE)) return "/keys";
  const { origin, pathname, search, hash } = new URL(next, BASE);
  // `/.//host` stays on this origin once, and leaves it when it is read a second time.
  if (origin !== BASE || pathname.startsWith("//")) return "/keys";
  return pathname + search + hash;
}

/** The same page with `next` carried along, unless that is where it goes anyway. */
export function withReturnPath(page: string, next: unknown): string {
  const path = returnPath(next);
  if (path === "/keys") return page;
  return `${page}${page.includes("?") ? "&" : "?"}next=${encodeURIComponent(path)}`;
}
