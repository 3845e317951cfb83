import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from "node:net";

/** More proxies than these stand before nobody. */
const MAX_HOPS = 32;
/** Twice the longest address, with brackets, a zone, quotes and a port. */
const MAX_HOP_LENGTH = 128;

/** The client's address, null without a connection. `isUnreadable`: a proxy that is believed wrote something else there. */
export type ClientAddress = { address: string | null; isUnreadable: boolean };

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

/** Whether the connection's other end is a proxy that is believed. */
export function isTrustedPeer(peer: string | undefined, trusted: BlockList): boolean {
  const address = readAddress(peer ?? "");
  return address !== null && isAmong(address, trusted);
}

function isAmong(address: string, list: BlockList): boolean {
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * The client's address: the connection's, or, behind trusted proxies, the last one in `X-Forwarded-For` that is not
 * itself a trusted proxy. What a client writes in front of that is ignored, so the header is read from its end, and what
 * cannot be read is not passed over: the last proxy that is known then counts as the client.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trusted: BlockList): ClientAddress {
  let address = readAddress(peer ?? "");
  let rest = forwardedFor?.trim() ? forwardedFor : null;
  for (let hop = 0; hop < MAX_HOPS && address !== null && rest !== null; hop += 1) {
    if (!isAmong(address, trusted)) break;
    const comma: number = rest.lastIndexOf(",");
    const next = readAddress(rest.slice(comma + 1));
    if (next === null) return { address, isUnreadable: true };
    address = next;
    rest = comma < 0 ? null : rest.slice(0, comma);
  }
  return { address, isUnreadable: false };
}

/**
 * An address as proxies write it: also in quotes, in brackets, with a port or a zone. Answers its shortest form, IPv4 where
 * it is an IPv4 address within an IPv6 one; null where it is none (`unknown` and `_names` of RFC 7239 included).
 */
export function readAddress(text: string): string | null {
  if (text.length > MAX_HOP_LENGTH) return null;
  const written = text.trim().replace(/^"(.*)"$/, "$1");
  const [, inBrackets, beforePort] = /^(?:\[(.*)\]|([\d.]+))(?::\d{1,5})?$/.exec(written) ?? [];
  const bare = inBrackets ?? beforePort ?? written;
  if (isIPv4(bare)) return inBrackets === undefined ? bare : null;
  const [address = ""] = bare.split("%", 1);
  if (isIP(bare) !== 6 || isIP(address) !== 6) return null;
  const shortest = new SocketAddress({ address, family: "ipv6" }).address;
  return shortest.replace(/^::ffff:(?=\d+\.)/, "");
}
