import { maskCredential } from "@/lib/keys/credentials";
import type { ListedKey } from "@/lib/keys/list";
import { keyStatus } from "@/lib/keys/validity";

/** A key in the DataZag list: masked, with its owner's address and balance. */
export function toAdminKey(key: ListedKey, now: Date) {
  const life = { expiresAt: key.expires_at, revokedAt: key.revoked_at, deletedAt: null };
  return {
    id: key.id,
    key: maskCredential(key.format, key.hint),
    name: key.name,
    active: keyStatus(life, now) === "active",
    created_at: key.created_at,
    user_email: key.user_email,
    user_credits: Number(key.user_credits),
  };
}
