import type { ValidityCode } from "@/lib/keys/validity";
import type { Verdict } from "@/lib/keys/verify";

const REASONS: Record<Exclude<ValidityCode, "VALID">, string> = {
  NOT_FOUND: "No key has this credential.",
  REVOKED: "The key was revoked.",
  EXPIRED: "The key has expired.",
  USER_DISABLED: "The key's owner is disabled.",
  SECRET_MISMATCH: "The secret does not belong to the key.",
  INSUFFICIENT_PERMISSIONS: "The key does not grant this permission.",
  CREDITS_EXHAUSTED: "The owner has too few credits for this call.",
  RATE_LIMITED: "The key made too many calls.",
};

export function toVerdict({ code, key }: Verdict) {
  if (code !== "VALID" || !key) {
    const reason = REASONS[code === "VALID" ? "NOT_FOUND" : code];
    return { valid: false, code, reason, ...(key && { key_id: key.uuid }) };
  }
  return {
    valid: true,
    code,
    key_id: key.uuid,
    name: key.name,
    user_id: key.userId,
    permissions: key.permissions,
    credits: key.owner.credits,
    expires_at: key.expiresAt,
  };
}
