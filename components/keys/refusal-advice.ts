import type { CountedRefusalCode } from "@latchkey/rule/verdicts";

/** What to do about it, for whoever sees the key: its owner, or staff. */
export const REFUSAL_ADVICE: Record<CountedRefusalCode, string> = {
  REVOKED: "A program still sends a key that was revoked. Give it another one.",
  EXPIRED: "A program still sends a key that has expired. Give it another one.",
  DISABLED: "Enable the key, or give the program another one.",
  USER_DISABLED: "The account is disabled, with all its keys. Only staff can let it in again.",
  SECRET_MISMATCH: "Send the secret that was shown together with this key, or no secret at all.",
  INSUFFICIENT_PERMISSIONS: "Create a key that may do what the call does.",
  CREDITS_EXHAUSTED: "The account needs more credits for such calls.",
  RATE_LIMITED: "Let the program wait between its calls.",
};
