import { isIPv4, isIPv6 } from "node:net";
import { readAddress } from "./client-address";

/** Whom addresses are counted by: `near` is an IPv4 address or a /64 of IPv6, `wide` the /48 around that. */
export type Network = { near: string; wide: string | null };

/** How much more the wide one may, and all networks together that an account does not know. */
export const WIDER = 10;

/** Of whoever has no address that can be read: all of them are counted as one. */
export const UNKNOWN_NETWORK: Network = { near: "unknown", wide: null };

/**
 * The network that an address belongs to, in one spelling. Who has one address of IPv6 has the /64, and often the /48, around
 * it. An IPv4 address within one of IPv6, mapped (RFC 4291) or translated (RFC 6052), is that IPv4 address.
 */
export function networkOf(address: string | null): Network {
  const plain = readAddress(address ?? "");
  if (plain === null) return UNKNOWN_NETWORK;
  if (isIPv4(plain)) return { near: plain, wide: null };
  const groups = groupsOf(plain);
  const within = ipv4Within(groups);
  if (within !== null) return { near: within, wide: null };
  return { near: prefix(groups, 64), wide: prefix(groups, 48) };
}

/** The eight numbers of an address of IPv6 in its shortest form. */
function groupsOf(address: string): number[] {
  if (!isIPv6(address)) return [];
  const last = address.lastIndexOf(":") + 1;
  const [head = "", tail] = (address.slice(0, last) + dottedToHex(address.slice(last))).split("::");
  const read = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [before, after] = [read(head), read(tail ?? "")];
  return [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}

/** The last 32 bits may be written as IPv4. */
function dottedToHex(written: string): string {
  if (!isIPv4(written)) return written;
  const [a = 0, b = 0, c = 0, d = 0] = written.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

const TRANSLATED = "64:ff9b:0:0:0:0";
const MAPPED = "0:0:0:0:0:ffff";

function ipv4Within(groups: readonly number[]): string | null {
  const high = prefixText(groups, 6);
  if (high !== TRANSLATED && high !== MAPPED) return null;
  const [left = 0, right = 0] = groups.slice(6);
  return [left >> 8, left & 255, right >> 8, right & 255].join(".");
}

function prefix(groups: readonly number[], bits: 48 | 64): string {
  return `${prefixText(groups, bits / 16)}::/${bits}`;
}

function prefixText(groups: readonly number[], count: number): string {
  return groups
    .slice(0, count)
    .map((group) => group.toString(16))
    .join(":");
}
