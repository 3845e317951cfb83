import { randomBytes } from "node:crypto";
import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { clientAddress, closeContext, openContext, REQUEST_ID_HEADER, trustedProxies } from "@/lib/request/context";
import { isGated } from "@/lib/request/gated-apis";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { CONTENT_SECURITY_POLICY, pageSecurityPolicy, SECURITY_HEADERS } from "./security-headers";

const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Gives every request an id, on its way in and on its answer, and writes one line when it is done. The line holds no
 * header, no body and no query; path segments that could be an id or a credential are left out. The headers that only
 * make sense per request are set here too, for the same reason: nothing comes before.
 */
export function watchRequests({ isDevelopment }: { isDevelopment: boolean }): void {
  const trusted = trustedProxies(env().TRUSTED_PROXIES);
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const startedAt = performance.now();
    const { method, url } = request;
    const context = openContext(clientAddress(request.socket.remoteAddress, asText(request.headers["x-forwarded-for"]), trusted));
    request.headers[REQUEST_ID_HEADER] = context.id;
    warnOfLostAddress(request);
    makeRoutable(request);
    response.setHeader("X-Request-Id", context.id);
    secure(request, response, isDevelopment);

    response.once("close", () => {
      closeContext(context);
      const route = routeOf(url ?? "");
      if (route.startsWith("/_next/")) return;
      log.info({
        id: context.id,
        method,
        route,
        status: response.writableFinished ? response.statusCode : 499,
        duration_ms: Math.round((performance.now() - startedAt) * 10) / 10,
        actor: context.actor,
        address: context.address,
      });
    });
  });
}

let isWarned = false;

/** Nothing else shows it: requests of everybody then seem to come from the proxy, and are throttled together. */
function warnOfLostAddress({ headers }: IncomingMessage): void {
  if (isWarned || !headers["x-forwarded-proto"] || headers["x-forwarded-for"]) return;
  isWarned = true;
  log.warn("The proxy says nothing of the client's address: let it set X-Forwarded-For, or everybody is throttled as one.");
}

/** The policy is set on the request as well, over anything a client sent: Next takes the nonce for its scripts from there. */
function secure(request: IncomingMessage, response: ServerResponse, isDevelopment: boolean): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  if (env().appUrl.startsWith("https:")) response.setHeader("Strict-Transport-Security", "max-age=31536000");
  const isPage = !/^\/(api|_next)\//.test(request.url ?? "");
  const policy = isPage ? pageSecurityPolicy(randomBytes(16).toString("base64"), isDevelopment) : CONTENT_SECURITY_POLICY;
  request.headers["content-security-policy"] = policy;
  response.setHeader("Content-Security-Policy", policy);
}

/**
 * Next answers 500 to a path that does not decode and to methods that `Request` refuses, before any code of ours runs.
 * A percent sign that introduces nothing is taken literally instead, and such a method is sent where it is refused.
 */
function makeRoutable(request: IncomingMessage): void {
  const [path = "", ...query] = (request.url ?? "").split("?");
  if (!isDecodable(path)) request.url = [path.replaceAll("%", "%25"), ...query].join("?");
  if (!path.startsWith("/api/") || KNOWN_METHODS.has(request.method ?? "")) return;
  // The middleware of the key APIs answers every method it does not know, origins first; elsewhere a route does.
  if (isGated(path)) request.method = "UNSUPPORTED";
  else Object.assign(request, { method: "GET", url: "/api/unsupported-method" });
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

// Words of pages and routes. A segment that is none of them could be anything, a password of small letters included.
const WORDS = new Set(
  [
    "_next admin api api-keys audit auth change-password confirm create docs email export favicon.ico forgot-password health",
    "jwks keys login logout openapi.json overview owners profile refresh regenerate register reset-password revoke settings sign-in",
    "sign-out sign-up token unsupported-method usage users verify verify-email webhooks",
    "accounts your-keys everyones-keys behind-your-api browser-sessions",
  ].flatMap((line) => line.split(" ")),
);

/** The path without the query, and with every segment hidden that is not a word of our own routes. */
export function routeOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  return path
    .split("/")
    .map((segment) => (segment === "" || WORDS.has(segment) ? segment : "[id]"))
    .slice(0, 12)
    .join("/");
}

function asText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(",") : header;
}
