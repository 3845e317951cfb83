import type { KeyState } from "@latchkey/rule/status";

type Deed = "change" | "regenerate" | "revoke";

const REVOKED = "A revoked key stays revoked.";
const NONE = { change: null, regenerate: null, revoke: null };

/** Why pages do not offer to do something with a key. */
export const REFUSALS: Record<KeyState, Record<Deed, string | null>> = {
  active: NONE,
  expiring: NONE,
  replaced: NONE,
  expired: { ...NONE, regenerate: "An expired key stays expired." },
  revoked: { change: REVOKED, regenerate: REVOKED, revoke: "It is revoked." },
};

export function isOffered(deed: Deed, { state }: { state: KeyState }): boolean {
  return REFUSALS[state][deed] === null;
}
