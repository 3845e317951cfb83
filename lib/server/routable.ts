import type { IncomingMessage } from "node:http";
import { ASKED_METHOD_HEADER, ROUTED_METHODS } from "@/lib/request/methods";
import { MAX_USER_AGENT_LENGTH } from "@/lib/values/lengths";

/** Of these Node keeps the first or joins them, and either way says nothing. */
const CREDENTIAL_HEADERS = ["authorization", "x-admin-secret", "x-signature"];
const PAGE_METHODS: readonly (string | undefined)[] = ["GET", "HEAD", "POST"];

/**
 * Makes of a request what Next hands to the route that can answer it, refusals included.
 * @param url what the request line names, read as a URL
 */
export function makeRoutable(request: IncomingMessage, url: string): void {
  request.url = url;
  delete request.headers[ASKED_METHOD_HEADER];
  for (const name of CREDENTIAL_HEADERS) joinDifferent(request, name);
  const agent = request.headers["user-agent"];
  // Next looks for robots in it, with patterns that look at each letter as often as there are letters.
  if (agent !== undefined) request.headers["user-agent"] = agent.slice(0, MAX_USER_AGENT_LENGTH);
  const [path = "", ...query] = url.split("?");
  if (/^\/usage\/?$/.test(path) && isReport(request)) request.url = ["/api/usage", ...query].join("?");
  // Next's own pages, the one it shows when all else fails among them.
  if (/^\/_(?!next\/)/.test(url)) request.url = "/_not-found";
  const isPage = isPageTarget(request.url);
  // By this header pages fetch their parts, and Next redirects it to an address of their own.
  if (!isPage) delete request.headers.rsc;
  if (isPage && !PAGE_METHODS.includes(request.method)) request.url = "/api/unsupported-method";
  if (request.method === "OPTIONS" || ROUTED_METHODS.includes(request.method ?? "")) return;
  // Next answers 500 to methods that `Request` refuses, and 400 to others. Each route names those that it has.
  request.headers[ASKED_METHOD_HEADER] = request.method;
  request.method = "GET";
}

/** Whether a page is asked for, and no route. */
export function isPageTarget(url: string): boolean {
  return !/^\/(api|metrics)(\/|\?|$)/.test(url);
}

/** Who sends one credential twice means that one. Who sends two is not believed, whichever a proxy in front has looked at. */
function joinDifferent({ headers, rawHeaders }: IncomingMessage, name: string): void {
  if (headers[name] === undefined) return;
  const sent = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
  if (sent.length > 1) headers[name] = [...new Set(sent)].join(", ");
}

/** A page has this address too: people read it, and a browser sends its forms, with scripts and without. */
function isReport({ method, headers }: IncomingMessage): boolean {
  if (headers["x-signature"] !== undefined) return true;
  if (method === "GET" || method === "HEAD") return false;
  const type = headers["content-type"] ?? "";
  const isForm = headers["next-action"] !== undefined || type.startsWith("multipart/form-data");
  const isFromBrowser = type === "" && headers.accept?.includes("text/html");
  return method !== "POST" || !(isForm || isFromBrowser);
}
