import "server-only";
import type { Door } from "@/lib/audit/actions";
import { visitorOf } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import { tooMany } from "@/lib/identity/throttle";
import { contextOf, type Incoming } from "@/lib/request/context";
import { networkOf } from "@/lib/request/network";
import { env } from "@/lib/settings/env";
import { AppError, type ErrorCode } from "@/lib/values/errors";

const WINDOW_MS = 60_000;
/** How much more than a /64 a /48 of IPv6 may. */
const WIDER = 10;
/** The one that was refused first makes room. */
const MOST_NETWORKS = 10_000;

type Window = { count: number; until: number };

// On globalThis because each route is bundled apart. By network, in the order of their windows.
const holder = globalThis as typeof globalThis & { latchkeyWrongSecrets?: Map<string, Window> };
holder.latchkeyWrongSecrets ??= new Map();
const windows = holder.latchkeyWrongSecrets;

/**
 * How a wrong secret is refused: in its door's own words, or, once its network has sent too many in this minute, with 429.
 * Whoever calls has looked at the secret before: one that is right is not refused, however many wrong ones came from its
 * network. Counted in memory, by each instance for itself, so that a flood asks nothing of the database; the first one within
 * an hour, and the one that uses the minute up, are in the audit log.
 */
export function refuseSecret(request: Incoming, door: Door, code: ErrorCode): AppError {
  const { address, id } = contextOf(request);
  const { near, wide } = networkOf(address);
  const limit = env().AUTH_RATE_LIMIT_PER_MINUTE;
  const counted = [count(near, limit), ...(wide === null ? [] : [count(wide, WIDER * limit)])];
  const wait = Math.max(...counted.map(({ waitMs }) => waitMs));
  const [{ used } = { used: 0 }] = counted;
  const trace = { action: "secret.refused", target: { kind: "door", id: door }, isOnce: true } as const;
  const visitor = visitorOf({ address, id });
  if (wait === 0 && used === 1) leaveTrace(visitor, { ...trace, of: "first" });
  const last = counted.find(({ isLast }) => isLast);
  if (wait === 0 && last) leaveTrace(visitor, { ...trace, of: "bound", after: { count: last.used } });
  return wait > 0 ? tooMany("attempts", Math.ceil(wait / 1000)) : new AppError(code);
}

/** `isLast`: what comes after it within this minute waits. */
function count(network: string, limit: number): { used: number; isLast: boolean; waitMs: number } {
  const now = Date.now();
  const known = windows.get(network);
  const window = known && known.until > now ? known : open(network, now + WINDOW_MS);
  window.count += 1;
  return { used: window.count, isLast: window.count === limit, waitMs: window.count > limit ? window.until - now : 0 };
}

function open(network: string, until: number): Window {
  windows.delete(network);
  const [oldest] = windows.keys();
  if (oldest !== undefined && windows.size >= MOST_NETWORKS) windows.delete(oldest);
  const window = { count: 0, until };
  windows.set(network, window);
  return window;
}
