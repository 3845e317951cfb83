import "server-only";
import { sql } from "@/lib/database/client";
import { collectValues, int, statement, text } from "@/lib/database/statements";
import { boundedCount, type Count, MAX_COUNTED, toCount } from "@/lib/values/bounded-count";
import { userConditions, whereUser } from "./conditions";
import { USER_FILTERS, USER_ROLES, type UserConditions, type UserRole } from "./schemas";

type Filter = UserConditions["filter"];

/** What each filter would find, whatever else is asked for; null is for the list without it. */
export type UserCounts = { found: Count; roles: ReadonlyMap<UserRole | null, Count>; filters: ReadonlyMap<Filter, Count> };

const ROW = { name: text, counted: int };
const ROLES = [null, ...USER_ROLES];
const FILTERS = [null, ...USER_FILTERS];

/** Each count reads no further than lists count. Who fits a text is looked up once, no further either. */
export function userCountsQuery({ q, role, filter }: UserConditions) {
  const { values, add } = collectValues();
  const variants: [string, UserConditions][] = [
    ["found", { q: "", role, filter }],
    ["looked at", { q: "", role: null, filter: null }],
    ...ROLES.map((each): [string, UserConditions] => [`role ${each}`, { q: "", role: each, filter }]),
    ...FILTERS.map((each): [string, UserConditions] => [`filter ${each}`, { q: "", role, filter: each }]),
  ];
  const counts = variants.map(([name, wanted]) => {
    const where = userConditions(wanted, add).join(" AND ");
    return `SELECT '${name}' AS name, ${boundedCount(`FROM ${q ? "fitting" : "users"}${where && ` WHERE ${where}`}`)} AS counted`;
  });
  const fitting = q
    ? `WITH fitting AS MATERIALIZED (SELECT role, banned, low_on_credits FROM users WHERE ${whereUser(q, add)} LIMIT ${MAX_COUNTED + 1}) `
    : "";
  return [statement("", ROW, `${fitting}${counts.join(" UNION ALL ")}`), values] as const;
}

export async function countUsers(search: UserConditions): Promise<UserCounts> {
  const rows = new Map((await sql(...userCountsQuery(search))).map(({ name, counted }) => [name, counted]));
  // Of more than were looked at, each is at least what was counted.
  const isPart = search.q !== "" && (rows.get("looked at") ?? 0) > MAX_COUNTED;
  const read = (name: string): Count => {
    const count = toCount(rows.get(name) ?? 0);
    return { ...count, isMore: count.isMore || isPart };
  };
  return {
    found: read("found"),
    roles: new Map(ROLES.map((role) => [role, read(`role ${role}`)])),
    filters: new Map(FILTERS.map((filter) => [filter, read(`filter ${filter}`)])),
  };
}
