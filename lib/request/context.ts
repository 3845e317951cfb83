import { randomUUID } from "node:crypto";
import { isTrustedPeer, readAddress, trustedProxies } from "./client-address";

/** A request, or the headers of one: all that a page or an action knows of its own. */
export type Incoming = { headers: Pick<Headers, "get"> };

/** The connection's other end, and the headers as they came: Next adds some of its own. */
export type Arrival = { peer: string | undefined; rawHeaders: readonly string[] };

/**
 * What is known of a request besides what the client says of it. Handlers fill in `actor` for the log line. `arrival` is
 * null where a platform's own server takes requests.
 */
export type RequestContext = { id: string; address: string | null; actor: string; arrival: Arrival | null };

/** Names the request in answers, logs and audit entries. Never taken from the client. */
export const REQUEST_ID_HEADER = "x-request-id";

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyRequests?: Map<string, RequestContext> };
holder.latchkeyRequests ??= new Map();
const open = holder.latchkeyRequests;

export function openContext(address: string | null, arrival: Arrival): RequestContext {
  const context = { id: randomUUID(), address, actor: "none", arrival };
  open.set(context.id, context);
  return context;
}

export function closeContext(context: RequestContext): void {
  open.delete(context.id);
}

const unwatched = new WeakMap<Incoming["headers"], RequestContext>();

/**
 * The context that the instrumentation hook opened. Where that hook does not see requests (a platform with its own
 * server), one is made here, without an address: a forwarded address is only believed from a proxy that is known.
 */
export function contextOf({ headers }: Incoming): RequestContext {
  const known = open.get(headers.get(REQUEST_ID_HEADER) ?? "") ?? unwatched.get(headers);
  if (known) return known;
  // Not from `env()`: an answer that names a wrong setting has a context too.
  const address = process.env.VERCEL ? readAddress(headers.get("x-real-ip") ?? "") : null;
  const context = { id: randomUUID(), address, actor: "none", arrival: null };
  unwatched.set(headers, context);
  return context;
}

const LOOPBACK = trustedProxies([]);

/** Whether somebody on this machine asks, and not a proxy on it for somebody else. */
export function isFromThisMachine({ arrival }: RequestContext): boolean {
  if (!arrival || !isTrustedPeer(arrival.peer, LOOPBACK)) return false;
  return !arrival.rawHeaders.some((text, index) => index % 2 === 0 && /^(forwarded|via|x-forwarded-.*)$/i.test(text));
}
