import type { InactiveStatus } from "./status";

/** Why a key is not valid. Nothing limits the rate of a key yet: its code is kept for clients to know. */
export const REFUSAL_CODES = [
  "NOT_FOUND",
  "REVOKED",
  "EXPIRED",
  "DISABLED",
  "USER_DISABLED",
  "SECRET_MISMATCH",
  "INSUFFICIENT_PERMISSIONS",
  "CREDITS_EXHAUSTED",
  "RATE_LIMITED",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];
export type ValidityCode = "VALID" | RefusalCode;

/** Refusals of keys that exist: those that can be counted by key. */
export type CountedRefusalCode = Exclude<RefusalCode, "NOT_FOUND">;

/** What a key of a status is refused with. */
export const STATUS_REFUSALS: Record<InactiveStatus, CountedRefusalCode> = {
  revoked: "REVOKED",
  expired: "EXPIRED",
  disabled: "DISABLED",
};

/** As sentences, for whoever asked about the key. */
export const REFUSAL_REASONS: Record<RefusalCode, string> = {
  NOT_FOUND: "No key has this credential.",
  REVOKED: "The key was revoked.",
  EXPIRED: "The key has expired.",
  DISABLED: "The key is disabled for now.",
  USER_DISABLED: "The key's owner is disabled.",
  SECRET_MISMATCH: "The secret does not belong to the key.",
  INSUFFICIENT_PERMISSIONS: "The key does not grant this permission.",
  CREDITS_EXHAUSTED: "The owner has too few credits for this call.",
  RATE_LIMITED: "The key made too many calls.",
};

/** What a Public API answers its caller. */
export const REFUSAL_STATUSES: Record<RefusalCode, 401 | 402 | 403 | 429> = {
  NOT_FOUND: 401,
  REVOKED: 401,
  EXPIRED: 401,
  DISABLED: 401,
  USER_DISABLED: 403,
  SECRET_MISMATCH: 401,
  INSUFFICIENT_PERMISSIONS: 403,
  CREDITS_EXHAUSTED: 402,
  RATE_LIMITED: 429,
};

/** In the middle of a sentence, after a number of verifications, for the key's owner. */
export const REFUSAL_PHRASES: Record<CountedRefusalCode, string> = {
  REVOKED: "after it was revoked",
  EXPIRED: "after it expired",
  DISABLED: "while it was disabled",
  USER_DISABLED: "while the account was disabled",
  SECRET_MISMATCH: "with a wrong secret",
  INSUFFICIENT_PERMISSIONS: "without the permission",
  CREDITS_EXHAUSTED: "without credits",
  RATE_LIMITED: "for too many calls",
};
