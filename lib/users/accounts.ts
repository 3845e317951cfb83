import "server-only";
import { isPlainText } from "@latchkey/rule/plain-text";
import { whereUsable } from "@latchkey/rule/sql";
import type { Actor } from "@/lib/audit/actors";
import { type Run, sql } from "@/lib/database/client";
import { bool, collectValues, instant, int, nullable, type RowOf, statement, text, uuid, word } from "@/lib/database/statements";
import { findNamedUser, firstFormerId, selectFormer } from "@/lib/identity/former-ids";
import { AppError } from "@/lib/values/errors";
import { type AccountSearch, writeCursor } from "./account-schemas";
import { whereUser } from "./conditions";
import type { UserRole } from "./schemas";

const ROW = {
  id: uuid,
  external_id: nullable(text),
  email: text,
  name: text,
  credits: int,
  role: word<UserRole>(),
  email_verified: bool,
  banned: bool,
  active_keys: int,
  created_at: instant,
  last_seen_at: nullable(instant),
};

/** A user as staff's systems are told of them. */
export type Account = RowOf<typeof ROW>;

const TOLD = `u.id, ${firstFormerId("u.id")} AS external_id, u.email, u.name, u.credits, u.role::text, u.email_verified, u.banned,
  (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND ${whereUsable({ key: "k", now: "now()" })}) AS active_keys,
  u.created_at, u.last_login_at AS last_seen_at`;

const BY_ID = statement("account-by-id", ROW, `SELECT ${TOLD} FROM users u WHERE u.id = $id::uuid`);

/** @throws AppError USER_NOT_FOUND */
export async function getAccount(id: string, run: Run = sql): Promise<Account> {
  const [row] = await run(BY_ID, { id });
  if (!row) throw new AppError("USER_NOT_FOUND");
  return row;
}

/**
 * The id of whom an address of the API names: by our id, the account, or an id elsewhere.
 * @throws AppError USER_NOT_FOUND, AMBIGUOUS_USER_ID
 */
export async function getNamedUser(written: string): Promise<string> {
  const id = await findNamedUser(written);
  if (id === null) throw new AppError("USER_NOT_FOUND");
  return id;
}

export type AccountPage = { users: Account[]; nextCursor: string | null };

/** Everybody, or whoever all of the conditions fit, the newest first. A page is found by the last row of the one before it. */
export async function listAccounts(_staff: Actor, search: AccountSearch): Promise<AccountPage> {
  const rows = await sql(...accountsQuery(search));
  const users = rows.slice(0, search.limit);
  const last = users.at(-1);
  return { users, nextCursor: rows.length > users.length && last ? writeCursor({ at: last.created_at, id: last.id }) : null };
}

export function accountsQuery({ email, external_id: externalId, q, limit, cursor }: AccountSearch) {
  const { values, add } = collectValues();
  const conditions: string[] = [];
  // What the database could not hold is nobody's.
  if (email) conditions.push(isPlainText(email) ? `email = ${add("email", email)}` : "false");
  if (externalId) conditions.push(`id IN (${selectFormer(externalId, add)})`);
  if (q) conditions.push(whereUser(q, add));
  if (cursor) conditions.push(`(created_at, id) < (${add("at", cursor.at)}::timestamptz, ${add("id", cursor.id)}::uuid)`);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const query = `SELECT ${TOLD} FROM (
      SELECT * FROM users ${where} ORDER BY created_at DESC, id DESC LIMIT ${add("limit", limit + 1)}
    ) u ORDER BY u.created_at DESC, u.id DESC`;
  // What is searched for is planned anew each time: what is right for a rare word is wrong for a common one.
  const name = email || externalId || q ? "" : `list-accounts-${cursor ? "after" : "first"}`;
  return [statement(name, ROW, query), values] as const;
}
