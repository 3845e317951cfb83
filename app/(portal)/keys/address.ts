import type { KeySearch } from "@/lib/keys/search-schemas";

const DEFAULTS: KeySearch = { q: "", digest: null, status: null, check: null, sort: "-created", page: 1 };

/** The page of keys for this search with something changed. Any change but turning the page goes back to the first one. */
export function keysAddress(search: KeySearch, change: Partial<KeySearch> = {}): string {
  const next = { ...search, page: 1, ...change };
  const entries = Object.entries(next).filter(([name, value]) => value !== null && value !== DEFAULTS[name as keyof KeySearch]);
  const query = new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `/keys?${query}` : "/keys";
}

export function isFiltered(search: KeySearch): boolean {
  return search.q !== "" || search.digest !== null || search.status !== null || search.check !== null;
}
