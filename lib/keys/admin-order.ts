import "server-only";
import { endOf } from "@latchkey/rule/sql";
import { sql } from "@/lib/database/client";
import { orderOfNames } from "@/lib/database/key-columns";
import { statement, text } from "@/lib/database/statements";
import type { Direction } from "@/lib/values/keyset";
import { endOfDay, startOfDay } from "@/lib/values/zones";
import type { AdminKeyConditions, AdminKeyFilter, AdminKeyPlace } from "./admin-schemas";
import type { KeySort } from "./search-schemas";

/** Where a key stands in an order: the text of what it is ordered by, and its id. */
type KeyPlace = { value: string; id: number };
export type Step = { place: KeyPlace | null; direction: Direction; limit: number };

/** Expressions of indexes: whatever else is asked for, a page can be read in its order. Last use counts by the day. */
const ORDERS: Record<"created" | "name" | "used" | "expires", { by: string; type: string }> = {
  created: { by: "k.created_at", type: "timestamptz" },
  name: { by: orderOfNames("k.name"), type: "text" },
  used: { by: "coalesce(k.last_used_on, '-infinity'::date)", type: "date" },
  expires: { by: endOf("k"), type: "timestamptz" },
};

const OWN_ORDER: Record<AdminKeyFilter, KeySort> = {
  all: "-created",
  active: "-created",
  expiring: "expires",
  expired: "-expires",
  revoked: "-created",
  disabled: "-created",
  deleted: "-created",
};

/** Deleted keys are in no index but that of their creation. */
export function effectiveSort({ sort, status }: Pick<AdminKeyConditions, "sort" | "status">): KeySort {
  if (status === "deleted") return sort === "created" ? sort : "-created";
  return sort ?? (status ? OWN_ORDER[status] : "-created");
}

export type Order = { by: string; type: string; isDescending: boolean };

export function orderOf(sort: KeySort): Order {
  const column = sort.replace("-", "") as keyof typeof ORDERS;
  return { ...ORDERS[column], isDescending: sort.startsWith("-") };
}

/** Where there never was such a key, the list begins at its beginning. */
export async function findStep(
  { before, after, last, jump }: AdminKeyPlace,
  { sort, timeZone }: { sort: KeySort; timeZone: string },
): Promise<Omit<Step, "limit">> {
  const beside = before ?? after;
  const [row] = beside === null ? [] : await sql(placeStatement(sort), { key: beside });
  if (beside && row) return { place: { value: row.value, id: beside }, direction: before ? "newer" : "older" };
  if (last) return { place: null, direction: "newer" };
  const value = jump && jumpValue(jump, orderOf(sort), timeZone);
  // No key has this number: the page begins with what comes after it.
  return { place: value ? { value, id: 0 } : null, direction: "older" };
}

const LAST_LETTER = "\u{10ffff}";

/** What comes before all that the page is to begin with; null for what is no day. */
function jumpValue(jump: string, { type, isDescending }: Order, timeZone: string): string | null {
  if (type === "text") return jump.toLowerCase() + (isDescending ? LAST_LETTER : "");
  // The days of a key's use are kept as UTC days; an instant is on a day of whoever reads.
  const zone = type === "date" ? "UTC" : timeZone;
  const beginning = isDescending ? endOfDay(jump, zone) : startOfDay(jump, zone);
  return beginning?.toISOString().slice(0, type === "date" ? 10 : undefined) ?? null;
}

export function placeStatement(sort: KeySort) {
  const { by } = orderOf(sort);
  return statement(`key-place-${sort}`, { value: text }, `SELECT (${by})::text AS value FROM api_keys k WHERE id = $key`);
}
