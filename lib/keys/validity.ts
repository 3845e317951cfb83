import { grants, type Permissions } from "./permissions";

/** The instants of a key that decide whether it is usable. */
export type KeyLife = { expiresAt: Date | null; revokedAt: Date | null; deletedAt: Date | null };

export type KeyStatus = "active" | "revoked" | "expired";

export type ValidityCode =
  | "VALID"
  | "NOT_FOUND"
  | "REVOKED"
  | "EXPIRED"
  | "USER_DISABLED"
  | "SECRET_MISMATCH"
  | "INSUFFICIENT_PERMISSIONS"
  | "CREDITS_EXHAUSTED"
  | "RATE_LIMITED";

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
