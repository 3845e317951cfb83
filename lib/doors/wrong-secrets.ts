import "server-only";
import type { Door } from "@/lib/audit/actions";
import { visitorOf } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import { tooMany } from "@/lib/identity/throttle";
import { contextOf, type Incoming } from "@/lib/request/context";
import { networkOf, WIDER } from "@/lib/request/network";
import { env } from "@/lib/settings/env";
import { AppError, type ErrorCode } from "@/lib/values/errors";

const WINDOW_MS = 60_000;
/** The one that was refused first makes room. */
const MOST_NETWORKS = 10_000;

/** `doors`: where its wrong ones were sent. */
type Window = { count: number; until: number; doors: Set<Door> };

// On globalThis because each route is bundled apart. By network, in the order of their windows.
const holder = globalThis as typeof globalThis & { latchkeyWrongSecrets?: Map<string, Window> };
holder.latchkeyWrongSecrets ??= new Map();
const windows = holder.latchkeyWrongSecrets;

/**
 * How a wrong secret is refused: in its door's own words, or, once its network has sent too many in this minute, with 429.
 * Whoever calls has looked at the secret before: one that is right is not refused, however many wrong ones came from its
 * network. Counted in memory, by each instance for itself, so that a flood asks nothing of the database; the first one at each
 * door within an hour, and the one that uses the minute up, are in the audit log.
 */
export function refuseSecret(request: Incoming, door: Door, code: ErrorCode): AppError {
  const { address, id } = contextOf(request);
  const { near, wide } = networkOf(address);
  const limit = env().AUTH_RATE_LIMIT_PER_MINUTE;
  const own = count(near, limit, door);
  const site = wide === null ? null : count(wide, WIDER * limit, door);
  const counted = site === null ? [own] : [own, site];
  const wait = Math.max(...counted.map(({ waitMs }) => waitMs));
  const trace = { action: "secret.refused", target: { kind: "door", id: door }, isOnce: true } as const;
  const visitor = visitorOf({ address, id });
  // Also where another door's wrong ones used the minute up: this one's was looked at all the same.
  if (own.isFirstAtDoor && !site?.waitMs) leaveTrace(visitor, { ...trace, of: "first" });
  const last = counted.find(({ isLast }) => isLast);
  if (wait === 0 && last) leaveTrace(visitor, { ...trace, of: "bound", after: { count: last.used } });
  return wait > 0 ? tooMany("attempts", Math.ceil(wait / 1000)) : new AppError(code);
}

/** `isLast`: what comes after it within this minute waits. */
function count(network: string, limit: number, door: Door) {
  const now = Date.now();
  const known = windows.get(network);
  const window = known && known.until > now ? known : open(network, now + WINDOW_MS);
  window.count += 1;
  const isFirstAtDoor = !window.doors.has(door);
  window.doors.add(door);
  const waitMs = window.count > limit ? window.until - now : 0;
  return { used: window.count, isLast: window.count === limit, isFirstAtDoor, waitMs };
}

function open(network: string, until: number): Window {
  windows.delete(network);
  const [oldest] = windows.keys();
  if (oldest !== undefined && windows.size >= MOST_NETWORKS) windows.delete(oldest);
  const window = { count: 0, until, doors: new Set<Door>() };
  windows.set(network, window);
  return window;
}
