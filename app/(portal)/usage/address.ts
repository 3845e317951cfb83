import type { UsageSearch } from "@/lib/usage/schemas";

/** The page of usage, or the file of the same numbers, for this search with something changed. */
export function usageAddress(search: UsageSearch, change: Partial<UsageSearch> = {}, page = "/usage"): string {
  const { days, key } = { ...search, ...change };
  const query = new URLSearchParams({ ...(days !== 30 && { days: String(days) }), ...(key !== null && { key }) });
  return query.size > 0 ? `${page}?${query}` : page;
}

/** The same page with the entries of the ledger that are older than this one; the newest for null. */
export function ledgerAddress(search: UsageSearch, before: string | null): string {
  const page = usageAddress(search);
  return `${page}${before === null ? "" : `${page.includes("?") ? "&" : "?"}ledger=${before}`}#ledger`;
}
