import { grants, type Permissions } from "./permissions";

/** The instants of a key that decide whether it is usable. */
export type KeyLife = { expiresAt: Date | null; revokedAt: Date | null; deletedAt: Date | null };

export const KEY_STATUSES = ["active", "revoked", "expired"] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** Why a key is not valid. Nothing limits the rate of a key yet: its code is kept for clients to know. */
export const REFUSAL_CODES = [
  "NOT_FOUND",
  "REVOKED",
  "EXPIRED",
  "USER_DISABLED",
  "SECRET_MISMATCH",
  "INSUFFICIENT_PERMISSIONS",
  "CREDITS_EXHAUSTED",
  "RATE_LIMITED",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];
export type ValidityCode = "VALID" | RefusalCode;

export type KeyFacts = KeyLife & {
  permissions: Permissions;
  /** Set when the credential presented is one that a newer one replaced: the instant its grace ends. */
  replacedUntil: Date | null;
  owner: Ban & { credits: number };
};

export type Ban = { banned: boolean; banExpiresAt: Date | null };

export type Question = {
  now: Date;
  /** Whether the secret that came along is the key's; null when none did. */
  secretMatches: boolean | null;
  permission: string | null;
  /** Credits the call is going to cost. */
  cost: number;
};

/** What a list shows of a key, whoever asks. An instant belongs to what follows it: at `expiresAt` a key is expired. */
export function keyStatus(key: KeyLife, now: Date): KeyStatus {
  if (key.revokedAt) return "revoked";
  return key.expiresAt && key.expiresAt <= now ? "expired" : "active";
}

const DAY_MS = 24 * 3600 * 1000;
export const EXPIRING_DAYS = 7;

/** What pages show of a key: `replaced` is a key whose earlier credential still works for a while. */
export const KEY_STATES = ["active", "expiring", "replaced", "expired", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** `replacedUntil`: the last instant at which an earlier credential of the key still works. */
export function keyState(key: KeyLife & { replacedUntil: Date | null }, now: Date): KeyState {
  const status = keyStatus(key, now);
  if (status !== "active") return status;
  if (key.expiresAt && key.expiresAt.getTime() <= now.getTime() + EXPIRING_DAYS * DAY_MS) return "expiring";
  return key.replacedUntil && key.replacedUntil > now ? "replaced" : "active";
}

/** The rule of `keyState` for a query over these columns, with `now` as its second parameter. A test holds the two together. */
export const KEY_STATE_SQL = `CASE
  WHEN revoked_at IS NOT NULL THEN 'revoked'
  WHEN expires_at <= $2::timestamptz THEN 'expired'
  WHEN expires_at <= $2::timestamptz + interval '${EXPIRING_DAYS * 24} hours' THEN 'expiring'
  WHEN replaced_until > $2::timestamptz THEN 'replaced'
  ELSE 'active' END`;

export function isBanned(user: Ban, now: Date): boolean {
  return user.banned && (user.banExpiresAt === null || user.banExpiresAt > now);
}

/** The one rule of what a key may do, from plain values: every route, page and library asks here. */
export function checkKey(key: KeyFacts | null, question: Question): ValidityCode {
  const { now } = question;
  if (!key || key.deletedAt) return "NOT_FOUND";
  if (key.replacedUntil && key.replacedUntil <= now) return "NOT_FOUND";
  const status = keyStatus(key, now);
  if (status === "revoked") return "REVOKED";
  if (status === "expired") return "EXPIRED";
  if (isBanned(key.owner, now)) return "USER_DISABLED";
  if (question.secretMatches === false) return "SECRET_MISMATCH";
  if (question.permission !== null && !grants(key.permissions, question.permission)) return "INSUFFICIENT_PERMISSIONS";
  if (key.owner.credits < question.cost) return "CREDITS_EXHAUSTED";
  return "VALID";
}
