import type { UsageSearch } from "@/lib/usage/schemas";

/** The page of usage, or the file of the same numbers, for this search with something changed. */
export function usageAddress(search: UsageSearch, change: Partial<UsageSearch> = {}, page = "/usage"): string {
  const { days, key } = { ...search, ...change };
  const query = new URLSearchParams({ ...(days !== 30 && { days: String(days) }), ...(key !== null && { key }) });
  return query.size > 0 ? `${page}?${query}` : page;
}
