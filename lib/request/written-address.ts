import { isIPv6 } from "node:net";
import { readAddress } from "./client-address";

/**
 * An address that was kept, in its shortest form, as people are shown it; null where nothing is known. Of one of IPv6 that ends in
 * 64 zeros the second half was not kept: it is a network.
 */
export function writtenAddress(kept: string | null): string | null {
  const address = readAddress(kept ?? "");
  if (address === null || address === "::") return null;
  return isIPv6(address) && hasNoHost(address) ? `the network ${address}/64` : address;
}

/** In the shortest form the longest row of zeros is `::`, and four groups of them at the end are the longest or stand in it. */
function hasNoHost(address: string): boolean {
  return address.endsWith("::") && address.slice(0, -2).split(":").length <= 4;
}
