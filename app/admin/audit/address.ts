import { type AuditPlace, type AuditSearch, writePlace } from "@/lib/audit/schemas";

/** The list with something changed. Any change but turning the page goes back to the newest entries. */
export function auditAddress(search: AuditSearch, change: Partial<AuditSearch> = {}, path = "/admin/audit"): string {
  const next = { ...search, after: null, before: null, last: null, ...change };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(next)) {
    if (value) query.set(name, written(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function written(value: string | true | AuditPlace): string {
  if (value === true) return "1";
  return typeof value === "string" ? value : writePlace(value);
}
