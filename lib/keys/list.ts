import "server-only";
import { LIMIT_FIELDS } from "@latchkey/rule/limits";
import { selectLife, wherePresent } from "@latchkey/rule/sql";
import { LIFE_FIELDS } from "@latchkey/rule/status";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { db, sql, sqlIn, type Transaction } from "@/lib/database/client";
import { FORMAT, LIFE, PRESENT, readLimits } from "@/lib/database/key-columns";
import { instant, int, type RowOf, statement, text } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { isUuid, MAX_ID } from "@/lib/values/ids";

export const ownSelect = {
  uuid: true,
  name: true,
  format: true,
  hint: true,
  ...LIMIT_FIELDS,
  totalUses: true,
  lastUsedAt: true,
  createdAt: true,
  ...LIFE_FIELDS,
} as const;

const MAX_OWN_KEYS = 1000;
/** Of one answer, which permissions could make four times as long. */
const MAX_OWN_BYTES = 1024 * 1024;
/** What an answer says of a key besides its name and its permissions. */
const ROW_BYTES = 500;

/**
 * The owner's keys, newest first, revoked and expired ones included; those after the thousandth, or after a megabyte of them,
 * are found by the cursor.
 * @throws AppError INVALID_INPUT for a cursor that this function did not make
 */
export async function listOwnKeys(owner: CurrentUser, cursor: string | null = null) {
  const after = cursor ? parseCursor(cursor) : null;
  const found = await db().apiKey.findMany({
    where: {
      userId: owner.id,
      ...PRESENT,
      ...(after && { OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] }),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true, ...ownSelect },
    take: MAX_OWN_KEYS + 1,
  });
  const keys = found.slice(0, countFitting(found)).map((key) => ({ ...key, ...readLimits(key) }));
  const last = keys.at(-1);
  return { keys, nextCursor: found.length > keys.length && last ? cursorOf(last.createdAt, last.id) : null };
}

/** How many of them one answer holds: one at least, so that a list always comes to its end. */
function countFitting(found: readonly { name: string; permissions: unknown }[]): number {
  let bytes = 0;
  const count = found.findIndex(({ name, permissions }, index) => {
    bytes += ROW_BYTES + Buffer.byteLength(JSON.stringify([name, permissions]));
    return index > 0 && (index === MAX_OWN_KEYS || bytes > MAX_OWN_BYTES);
  });
  return count === -1 ? found.length : count;
}

const LISTED = {
  id: int,
  format: FORMAT,
  hint: text,
  name: text,
  created_at: instant,
  ...LIFE,
  user_email: text,
  user_credits: int,
};

export type ListedKey = RowOf<typeof LISTED>;

const SELECT_LISTED = `SELECT k.id, k.format, k.hint, k.name, k.created_at, ${selectLife("k")},
  u.email AS user_email, u.credits AS user_credits FROM api_keys k JOIN users u ON u.id = k.user_id`;

const FIND_LISTED = statement("listed-key", LISTED, `${SELECT_LISTED} WHERE k.id = $key`);

/** One of them, as the list has it; deleted or not. @throws AppError API_KEY_NOT_FOUND */
export async function findListedKey(tx: Transaction, id: number): Promise<ListedKey> {
  const [key] = await sqlIn(tx, FIND_LISTED, { key: id });
  if (!key) throw new AppError("API_KEY_NOT_FOUND");
  return key;
}

export type KeyPage = { keys: ListedKey[]; nextCursor: string | null };

/**
 * Every user's keys, newest first, for staff. A page is found by the last row of the one before it (keyset), so that its
 * cost does not grow with depth. An unknown `userId` has no keys.
 * @throws AppError INVALID_INPUT for a cursor that this function did not make
 */
export async function listAllKeys(
  _staff: Actor,
  { userId, limit, cursor }: { userId?: string; limit: number; cursor?: string },
): Promise<KeyPage> {
  if (userId && !isUuid(userId)) return { keys: [], nextCursor: null };
  const after = cursor ? parseCursor(cursor) : null;
  const rows = await sql(listStatement({ hasUser: Boolean(userId), isAfter: after !== null }), {
    limit: limit + 1,
    ...(userId && { user: userId }),
    ...(after && { afterInstant: after.createdAt, afterId: after.id }),
  });
  const keys = rows.slice(0, limit);
  const last = keys.at(-1);
  return { keys, nextCursor: rows.length > limit && last ? cursorOf(last.created_at, last.id) : null };
}

export function listStatement({ hasUser, isAfter }: { hasUser: boolean; isAfter: boolean }) {
  const conditions = [
    wherePresent("k"),
    ...(hasUser ? ["k.user_id = $user::uuid"] : []),
    ...(isAfter ? ["(k.created_at, k.id) < ($afterInstant::timestamptz, $afterId::int)"] : []),
  ];
  return statement(
    `list-keys-${hasUser ? "user" : "all"}-${isAfter ? "after" : "first"}`,
    LISTED,
    `${SELECT_LISTED}
     WHERE ${conditions.join(" AND ")}
     ORDER BY k.created_at DESC, k.id DESC LIMIT $limit`,
  );
}

function cursorOf(createdAt: Date, id: number): string {
  return `${createdAt.getTime()}-${id}`;
}

function parseCursor(cursor: string): { createdAt: Date; id: number } {
  const match = /^(\d{1,14})-(\d{1,10})$/.exec(cursor);
  const id = Number(match?.[2]);
  if (!match || id > MAX_ID) throw new AppError("INVALID_INPUT", { message: "cursor is not valid" });
  return { createdAt: new Date(Number(match[1])), id };
}
