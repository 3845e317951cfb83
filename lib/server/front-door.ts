import { randomBytes } from "node:crypto";
import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { measureRequests } from "@/lib/metrics/requests";
import { clientAddress, isTrustedPeer, trustedProxies } from "@/lib/request/client-address";
import { closeContext, openContext, REQUEST_ID_HEADER } from "@/lib/request/context";
import { boundRequest } from "@/lib/request/deadline";
import { dropClaims } from "@/lib/request/forwarded";
import { ROUTED_METHODS } from "@/lib/request/methods";
import { isReachedFromElsewhere, noteReach } from "@/lib/request/reach";
import { readTarget } from "@/lib/request/target";
import { isOnThisMachine } from "@/lib/settings/contradictions";
import { type Env, env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { onEachServer } from "./each-server";
import { fillErrorShell } from "./error-shell";
import { explainRefusals } from "./forms";
import { makeRoutable } from "./routable";
import { nameRoutes } from "./routes";
import { CONTENT_SECURITY_POLICY, HTTPS_ONLY, pageSecurityPolicy, SECURITY_HEADERS } from "./security-headers";

const KNOWN_METHODS = new Set([...ROUTED_METHODS, "OPTIONS"]);

/**
 * Gives every request an id, on its way in and on its answer, and writes one line when it is done. The line holds no
 * header, no body and no query; path segments that could be an id or a credential are left out. The headers that only
 * make sense per request are set here too, for the same reason: nothing comes before.
 */
export function watchRequests({ isDevelopment, routes }: { isDevelopment: boolean; routes: readonly string[] }): void {
  const routeOf = nameRoutes(routes);
  const measure = measureRequests(routes, KNOWN_METHODS);
  const trusted = trustedProxies(env().TRUSTED_PROXIES);
  const isLocal = isOnThisMachine(env().appUrl);
  const isUntold = !env().APP_URL && env().TRUSTED_PROXIES.length === 0;
  const requestTimeout = env().REQUEST_TIMEOUT_MS;
  // A body that does not come is given up as well (408), and an answer that nobody takes.
  const timeout = stalledAfter(env());
  onEachServer((server) => Object.assign(server, { requestTimeout, headersTimeout: requestTimeout, timeout }));
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const liftDeadline = boundRequest(requestTimeout, () => request.socket.setTimeout(LONGEST_MS));
    const startedAt = performance.now();
    const { method } = request;
    const url = readTarget(request.url ?? "");
    const arrival = { peer: request.socket.remoteAddress, rawHeaders: request.rawHeaders };
    const client = clientAddress(arrival.peer, asText(request.headers["x-forwarded-for"]), trusted);
    const context = openContext(client.address, arrival);
    request.headers[REQUEST_ID_HEADER] = context.id;
    warnOfLostAddress(request, client.isUnreadable);
    noteReach(request.headers);
    if (isLocal && isReachedFromElsewhere()) warnOnce(MISLED);
    if (!isTrustedPeer(arrival.peer, trusted) && dropClaims(request.headers, isUntold)) warnOnce(UNKNOWN_PROXY);
    nameOwnHost(request);
    makeRoutable(request, url);
    response.setHeader("X-Request-Id", context.id);
    secure(request, response, isDevelopment);
    fillErrorShell(request, response);
    explainRefusals(request, response);

    response.once("close", () => {
      liftDeadline();
      closeContext(context);
      if (url.startsWith("/_next/")) return;
      const route = routeOf(url);
      const status = response.writableFinished ? response.statusCode : 499;
      const durationMs = performance.now() - startedAt;
      measure({ method, route, status, durationMs });
      log.info({
        id: context.id,
        method,
        route,
        status,
        duration_ms: Math.round(durationMs * 10) / 10,
        actor: context.actor,
        address: context.address,
      });
    });
  });
}

/** What takes longer than others may: an hour, after which a file to import is not kept either. Node resets it for the next one. */
const LONGEST_MS = 3_600_000;

const LOST = "The proxy says nothing of the client's address: let it set X-Forwarded-For, or everybody is throttled as one.";
const UNREADABLE =
  "The proxy says something of the client that is no address: let it set X-Forwarded-For to that, or everybody is throttled as one.";
const MISLED =
  "People reach the portal from elsewhere than this machine, but its links and tokens name localhost: set APP_URL to the address they use.";
const UNKNOWN_PROXY =
  "Somebody who is no known proxy says under which address people reach the portal (X-Forwarded-Host or X-Forwarded-Proto), and is not believed: if it is your proxy, set TRUSTED_PROXIES to its address and APP_URL to the address people use.";
const warned = new Set<string>();

/** In milliseconds: longer than a connection is quiet while something is waited for here. */
function stalledAfter(settings: Env): number {
  const { REQUEST_TIMEOUT_MS, DATABASE_CONNECT_TIMEOUT_MS, DATABASE_STATEMENT_TIMEOUT_MS } = settings;
  return 2 * (REQUEST_TIMEOUT_MS + DATABASE_CONNECT_TIMEOUT_MS + DATABASE_STATEMENT_TIMEOUT_MS);
}

/** Nothing else shows it: requests of everybody then seem to come from the proxy, and are throttled together. */
function warnOfLostAddress({ headers }: IncomingMessage, isUnreadable: boolean): void {
  if (isUnreadable) warnOnce(UNREADABLE);
  else if (headers["x-forwarded-proto"] && !headers["x-forwarded-for"]) warnOnce(LOST);
}

function warnOnce(sentence: string): void {
  if (warned.has(sentence)) return;
  warned.add(sentence);
  log.warn(sentence);
}

/**
 * A request of a page at APP_URL, which a browser says in `Origin`, is one of our own, whatever a proxy made of `Host`: Next
 * refuses a form whose `Origin` is another, and cookies speak only for pages of the same. Not of an address that is a guess.
 */
function nameOwnHost({ headers }: IncomingMessage): void {
  const { APP_URL, appUrl } = env();
  if (!APP_URL || headers.origin !== appUrl) return;
  const { host, protocol } = new URL(appUrl);
  Object.assign(headers, { "x-forwarded-host": host, "x-forwarded-proto": protocol.replace(":", "") });
}

/** The policy is set on the request as well, over anything a client sent: Next takes the nonce for its scripts from there. */
function secure(request: IncomingMessage, response: ServerResponse, isDevelopment: boolean): void {
  const headers = { ...SECURITY_HEADERS, ...(env().appUrl.startsWith("https:") && HTTPS_ONLY) };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const isPage = !/^\/((api|_next)\/|metrics\b)/.test(request.url ?? "");
  const policy = isPage ? pageSecurityPolicy(randomBytes(16).toString("base64"), isDevelopment) : CONTENT_SECURITY_POLICY;
  request.headers["content-security-policy"] = policy;
  response.setHeader("Content-Security-Policy", policy);
}

function asText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(",") : header;
}
