import type { IncomingHttpHeaders } from "node:http";

/** What proxies say of how a request reached them, under all the names that somebody reads. */
const CLAIMS = /^(?:forwarded|x-forwarded-.+|x-original-.+|x-real-ip)$/;
/** Of these alone: under which address people reach the portal. */
const ADDRESS_CLAIMS = ["x-forwarded-host", "x-forwarded-proto"];

/**
 * Drops what somebody claims who is no known proxy, before anything reads it.
 * @param isUntold whether nobody has set the portal's address or its proxies. Then the address that is claimed is kept where
 * the browser, which no page can make say so, calls the request its own page's: whoever has run like that can still sign in.
 * @returns whether an address was claimed
 */
export function dropClaims(headers: IncomingHttpHeaders, isUntold: boolean): boolean {
  const isVouched = isUntold && ["same-origin", "none"].includes(String(headers["sec-fetch-site"]));
  const claims = Object.keys(headers).filter((name) => CLAIMS.test(name));
  for (const name of claims) if (!(isVouched && ADDRESS_CLAIMS.includes(name))) delete headers[name];
  return claims.some((name) => ADDRESS_CLAIMS.includes(name));
}
