import { whereUsable } from "@latchkey/rule/sql";
import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { bool, collectValues, instant, int, nullable, type RowOf, statement, text, uuid, word } from "@/lib/database/statements";
import { contains, USER_TEXT } from "@/lib/database/text-search";
import { isUuid } from "@/lib/values/ids";
import { type Direction, pageOf } from "@/lib/values/keyset";
import type { UserConditions, UserPlace, UserRole, UserSearch, UserSort } from "./schemas";

const USER_PAGE_SIZE = 50;

export type ListedUser = {
  id: string;
  email: string;
  name: string;
  credits: number;
  /** Keys that can be used now. */
  keys: number;
  role: UserRole;
  isBanned: boolean;
  createdAt: Date;
  /** The latest sign-in. */
  lastSeenAt: Date | null;
};

type UserListing = { users: ListedUser[]; newer: UserPlace | null; older: UserPlace | null };

const ROW = {
  id: uuid,
  email: text,
  name: text,
  credits: int,
  keys: int,
  role: word<UserRole>(),
  banned: bool,
  created_at: instant,
  last_login_at: nullable(instant),
};

type Step = { place: UserPlace | null; direction: Direction; limit: number };

/** As the indexes have it: rows do not compare with what is null. */
const ORDER_BY: Record<UserSort, string> = {
  created: "created_at",
  seen: "coalesce(last_login_at, '-infinity'::timestamptz)",
};

/** Each order and filter is one of an index, so that any page costs the same. */
export function userQuery(search: UserConditions & { sort: UserSort }, { place, direction, limit }: Step) {
  const [compared, order] = direction === "older" ? ["<", "DESC"] : [">", "ASC"];
  const orderedBy = ORDER_BY[search.sort];
  const { conditions, values } = conditionsOf(search);
  if (place) {
    conditions.push(`(${orderedBy}, id) ${compared} ($placeAt::timestamptz, $placeId::uuid)`);
    Object.assign(values, { placeAt: place.at ?? "-infinity", placeId: place.id });
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const query = `
    SELECT u.*, (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND ${whereUsable({ key: "k", now: "now()" })}) AS keys
    FROM (
      SELECT id, email, name, credits, role::text, banned, created_at, last_login_at FROM users ${where}
      ORDER BY ${orderedBy} ${order}, id ${order} LIMIT ${limit}
    ) u ORDER BY ${orderedBy} DESC, id DESC`;
  const { q, role, filter, sort } = search;
  // A search is planned anew each time: what is right for a rare word is wrong for a common one.
  const name = q ? "" : ["users", sort, role ?? "all", filter ?? "any", direction, place ? "place" : "first", limit].join("-");
  return [statement(name, ROW, query), values] as const;
}

function conditionsOf({ q, role, filter }: UserConditions) {
  const { values, add } = collectValues();
  const conditions: string[] = [];
  if (q) conditions.push(searchCondition(q, (value) => add("q", value)));
  // Written out, for the partial indexes to be found.
  if (role) conditions.push(`role = '${role}'`);
  if (filter === "banned") conditions.push("banned");
  if (filter === "low-credits") conditions.push("low_on_credits");
  return { conditions, values };
}

function searchCondition(q: string, parameter: (value: string) => string): string {
  return isUuid(q) ? `id = ${parameter(q)}::uuid` : contains(USER_TEXT, q, parameter);
}

/** A page of all users, the newest or the latest seen first. */
export async function listUsers(_admin: CurrentAdmin, search: UserSearch): Promise<UserListing> {
  const direction = search.before ? "newer" : "older";
  const place = search.before ?? search.after;
  const found = (await sql(...userQuery(search, { place, direction, limit: USER_PAGE_SIZE + 1 }))).map(toListed);
  const { rows: users, newer, older } = pageOf(found, USER_PAGE_SIZE, direction, place !== null);
  return { users, newer: newer && placeOf(newer, search.sort), older: older && placeOf(older, search.sort) };
}

export function placeOf(user: ListedUser, sort: UserSort): UserPlace {
  return { at: sort === "created" ? user.createdAt : user.lastSeenAt, id: user.id };
}

export function toListed(row: RowOf<typeof ROW>): ListedUser {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    credits: row.credits,
    keys: row.keys,
    role: row.role,
    isBanned: row.banned,
    createdAt: row.created_at,
    lastSeenAt: row.last_login_at,
  };
}
