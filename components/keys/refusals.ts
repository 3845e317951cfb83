import type { KeyState } from "@latchkey/rule/status";

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
