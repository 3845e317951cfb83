import { whereUsable } from "@latchkey/rule/sql";
import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { bool, collectValues, instant, int, nullable, type RowOf, statement, text, uuid, word } from "@/lib/database/statements";
import { firstFormerId } from "@/lib/identity/former-ids";
import { type Direction, pageOf } from "@/lib/values/keyset";
import { endOfDay } from "@/lib/values/zones";
import { userConditions } from "./conditions";
import { countUsers, type UserCounts } from "./counts";
import type { UserConditions, UserPlace, UserRole, UserSearch, UserSort, UserStep } from "./schemas";

const USER_PAGE_SIZE = 50;

export type ListedUser = {
  id: string;
  email: string;
  name: string;
  /** What they were called elsewhere, first. */
  externalId: string | null;
  credits: number;
  /** Keys that can be used now. */
  keys: number;
  role: UserRole;
  isBanned: boolean;
  createdAt: Date;
  /** The latest sign-in. */
  lastSeenAt: Date | null;
};

type UserListing = { users: ListedUser[]; newer: UserPlace | null; older: UserPlace | null; counts: UserCounts };

const ROW = {
  id: uuid,
  email: text,
  name: text,
  external_id: nullable(text),
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
  const { values, add } = collectValues();
  const conditions = userConditions(search, add);
  if (place) {
    const at = `(${add("placeAt", place.at ?? "-infinity")}::timestamptz, ${add("placeId", place.id)}::uuid)`;
    conditions.push(`(${orderedBy}, id) ${compared} ${at}`);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const query = `
    SELECT u.*, ${firstFormerId("u.id")} AS external_id, (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND ${whereUsable({ key: "k", now: "now()" })}) AS keys
    FROM (
      SELECT id, email, name, credits, role::text, banned, created_at, last_login_at FROM users ${where}
      ORDER BY ${orderedBy} ${order}, id ${order} LIMIT ${limit}
    ) u ORDER BY ${orderedBy} DESC, id DESC`;
  const { q, role, filter, sort } = search;
  // A search is planned anew each time: what is right for a rare word is wrong for a common one.
  const name = q ? "" : ["users", sort, role ?? "all", filter ?? "any", direction, place ? "place" : "first", limit].join("-");
  return [statement(name, ROW, query), values] as const;
}

/** A page of all users, the newest or the latest seen first. */
export async function listUsers(admin: CurrentAdmin, search: UserSearch): Promise<UserListing> {
  const { place, direction } = stepOf(search, admin.timeZone);
  const query = userQuery(search, { place, direction, limit: USER_PAGE_SIZE + 1 });
  const [rows, counts] = await Promise.all([sql(...query), countUsers(search)]);
  // Before the first there is nobody: that is the first page again.
  if (rows.length === 0 && direction === "newer" && place) return listUsers(admin, { ...search, before: null });
  const { rows: users, newer, older } = pageOf(rows.map(toListed), USER_PAGE_SIZE, direction, place !== null);
  return { users, newer: newer && placeOf(newer, search.sort), older: older && placeOf(older, search.sort), counts };
}

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

function stepOf({ before, after, last, jump }: UserStep, timeZone: string): Omit<Step, "limit"> {
  const beside = before ?? after;
  if (beside) return { place: beside, direction: before ? "newer" : "older" };
  if (last) return { place: null, direction: "newer" };
  const at = jump && endOfDay(jump, timeZone);
  return { place: at ? { at, id: FIRST_ID } : null, direction: "older" };
}

export function placeOf(user: ListedUser, sort: UserSort): UserPlace {
  return { at: sort === "created" ? user.createdAt : user.lastSeenAt, id: user.id };
}

export function toListed(row: RowOf<typeof ROW>): ListedUser {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    externalId: row.external_id,
    credits: row.credits,
    keys: row.keys,
    role: row.role,
    isBanned: row.banned,
    createdAt: row.created_at,
    lastSeenAt: row.last_login_at,
  };
}
