import type { KeyState } from "@latchkey/rule/status";
import { formatEnd, formatInstant } from "@/lib/values/zones";

type End = { state: KeyState; expiresAt: Date | null; revokedAt: Date | null; disabledAt: Date | null };

const ENDS: Record<KeyState, (key: End, timeZone: string) => string | null> = {
  active: () => null,
  expiring: () => null,
  replaced: () => null,
  disabled: ({ disabledAt }, zone) => disabledAt && `The key was disabled on ${formatInstant(disabledAt, zone, "day")}.`,
  expired: ({ expiresAt }, zone) => expiresAt && `The key expired ${whenOf(expiresAt, zone)}.`,
  revoked: ({ revokedAt }, zone) => revokedAt && `The key was revoked on ${formatInstant(revokedAt, zone, "day")}.`,
};

/** Why none of a key's credentials works; null where they may. */
export function describeEnd(key: End, timeZone: string): string | null {
  return ENDS[key.state](key, timeZone);
}

function whenOf(end: Date, timeZone: string): string {
  const text = formatEnd(end, timeZone);
  return text.startsWith("end") ? `at the ${text}` : `on ${text}`;
}
