import { type AuditPlace, type AuditSearch, writePlace } from "@/lib/audit/schemas";

/** The list with something changed. Any change but turning the page goes back to the newest entries. */
export function auditAddress(search: AuditSearch, change: Partial<AuditSearch> = {}, path = "/admin/audit"): string {
  const next = { ...search, after: null, before: null, ...change };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(next)) {
    if (value) query.set(name, typeof value === "string" ? value : writePlace(value as AuditPlace));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}
