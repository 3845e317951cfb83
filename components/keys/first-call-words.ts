import type { CountedRefusalCode } from "@latchkey/rule/verdicts";

/** What the owner of a key does about a refusal. */
export const ADVICE: Record<CountedRefusalCode, string> = {
  REVOKED: "A revoked key stays so: create another one.",
  EXPIRED: "Regenerate it with a later end, or create another one.",
  DISABLED: "Enable it on its own page.",
  USER_DISABLED: "Ask the staff of this portal why.",
  SECRET_MISMATCH: "Send the secret that came with this key, or none.",
  INSUFFICIENT_PERMISSIONS: "Create a key that may do what the call does.",
  CREDITS_EXHAUSTED: "Ask the staff of this portal for credits.",
  RATE_LIMITED: "Wait a moment, then call less often.",
};
