import type { KeyState } from "@latchkey/rule/status";
import { formatEnd, formatInstant } from "@/lib/values/zones";

type Deed = "change" | "regenerate" | "pause" | "revoke";

const REVOKED = "A revoked key stays revoked.";
const NONE = { change: null, regenerate: null, pause: null, revoke: null };

/** Why pages do not offer to do something with a key. */
export const REFUSALS: Record<KeyState, Record<Deed, string | null>> = {
  active: NONE,
  expiring: NONE,
  replaced: NONE,
  disabled: NONE,
  expired: { ...NONE, pause: "It has expired. Regenerate it with a new expiry." },
  revoked: { change: REVOKED, regenerate: REVOKED, pause: REVOKED, revoke: "It is revoked." },
};

export function isOffered(deed: Deed, { state }: { state: KeyState }): boolean {
  return REFUSALS[state][deed] === null;
}

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
