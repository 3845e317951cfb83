import type { IssuedKey } from "@/lib/keys/create";
import { maskCredential } from "@/lib/keys/credentials";
import type { listOwnKeys } from "@/lib/keys/list";
import { keyStatus } from "@/lib/keys/validity";

type OwnKey = Awaited<ReturnType<typeof listOwnKeys>>[number];

/** A new or regenerated key on the wire: the only answer with credentials in clear. */
export function toIssuedKey(
  key: Pick<IssuedKey, "uuid" | "name" | "key" | "secret" | "permissions" | "createdAt" | "expiresAt">,
) {
  return {
    id: key.uuid,
    key_name: key.name,
    api_key: key.key,
    secret_key: key.secret,
    permissions: key.permissions,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
  };
}

export function toOwnKey(key: OwnKey, now: Date) {
  const status = keyStatus(key, now);
  return {
    id: key.uuid,
    key_name: key.name,
    api_key: maskCredential(key.format, key.hint),
    secret_key: null,
    permissions: key.permissions,
    status,
    is_active: status === "active",
    total_uses: Number(key.totalUses),
    last_used: key.lastUsedAt,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
  };
}
