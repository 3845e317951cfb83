import type { AdminKeySearch } from "@/lib/keys/admin-schemas";

/** The list with something changed. Any change but turning the page goes back to its beginning. */
export function adminKeysAddress(search: AdminKeySearch, change: Partial<AdminKeySearch> = {}, path = "/admin/keys"): string {
  const { q, digest, status, owner, format, hash, sort, after, before } = { ...search, after: null, before: null, ...change };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ q, digest, status, owner, format, hash, sort, after, before })) {
    if (value) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}
