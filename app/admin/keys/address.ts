import type { AdminKeySearch } from "@/lib/keys/admin-schemas";

/** The list with something changed. Any change but turning the page goes back to its beginning. */
export function adminKeysAddress(search: AdminKeySearch, change: Partial<AdminKeySearch> = {}, path = "/admin/keys"): string {
  const beginning = { after: null, before: null, last: null, jump: "" };
  const { q, digest, status, owner, format, hash, sort, after, before, last, jump } = { ...search, ...beginning, ...change };
  const query = new URLSearchParams();
  const parts = { q, digest, status, owner, format, hash, sort, after, before, last: last && "1", jump };
  for (const [name, value] of Object.entries(parts)) {
    if (value) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}
