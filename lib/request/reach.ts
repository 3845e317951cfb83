import type { IncomingHttpHeaders } from "node:http";
import { isOnThisMachine } from "@/lib/settings/contradictions";

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyReachedFromElsewhere?: boolean };

const BY_PROXIES = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

/** Remembers, once it happens, that somebody else than the person at this machine came: under another name, or by a proxy. */
export function noteReach(headers: IncomingHttpHeaders): void {
  if (holder.latchkeyReachedFromElsewhere) return;
  holder.latchkeyReachedFromElsewhere =
    BY_PROXIES.some((name) => headers[name] !== undefined) || !isOnThisMachine(`http://${headers.host}`);
}

export function isReachedFromElsewhere(): boolean {
  return holder.latchkeyReachedFromElsewhere ?? false;
}
