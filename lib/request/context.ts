import { randomUUID } from "node:crypto";
import { BlockList, isIP, isIPv6 } from "node:net";

/** A request, or the headers of one: all that a page or an action knows of its own. */
export type Incoming = { headers: Pick<Headers, "get"> };

/** What is known of a request besides what the client says of it. Handlers fill in `actor` for the log line. */
export type RequestContext = { id: string; address: string | null; actor: string };

/** Names the request in answers, logs and audit entries. Never taken from the client. */
export const REQUEST_ID_HEADER = "x-request-id";

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyRequests?: Map<string, RequestContext> };
holder.latchkeyRequests ??= new Map();
const open = holder.latchkeyRequests;

export function openContext(address: string | null): RequestContext {
  const context = { id: randomUUID(), address, actor: "none" };
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
  const address = process.env.VERCEL ? (headers.get("x-real-ip") ?? null) : null;
  const context = { id: randomUUID(), address, actor: "none" };
  unwatched.set(headers, context);
  return context;
}

/** Proxies on this machine are believed always, others when TRUSTED_PROXIES names them (addresses or CIDR ranges). */
export function trustedProxies(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * The client's address: the connection's, or, behind trusted proxies, the last one in `X-Forwarded-For` that is not
 * itself a trusted proxy. What a client writes in front of that is ignored.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trusted: BlockList): string | null {
  if (!peer) return null;
  let client = plainAddress(peer);
  const hops = (forwardedFor?.split(",") ?? []).map((hop) => plainAddress(hop.trim()));
  while (trusted.check(client, isIPv6(client) ? "ipv6" : "ipv4")) {
    const next = hops.pop();
    if (next === undefined || isIP(next) === 0) break;
    client = next;
  }
  return client;
}

/** IPv4 addresses that arrive on an IPv6 socket are written as IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
