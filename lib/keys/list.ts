import { type LifeRow, selectLife, wherePresent } from "@latchkey/rule/sql";
import { LIFE_FIELDS } from "@latchkey/rule/status";
import "server-only";
import type { CredentialFormat } from "@latchkey/rule/credentials";
import type { Permissions } from "@latchkey/rule/permissions";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { db, sql } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";
import { isUuid, MAX_ID } from "@/lib/values/ids";

export const ownSelect = {
  uuid: true,
  name: true,
  format: true,
  hint: true,
  permissions: true,
  totalUses: true,
  lastUsedAt: true,
  createdAt: true,
  ...LIFE_FIELDS,
} as const;

/** The owner's keys, newest first, revoked and expired ones included. */
export async function listOwnKeys(owner: CurrentUser) {
  const keys = await db().apiKey.findMany({
    where: { userId: owner.id, deletedAt: null },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: ownSelect,
  });
  return keys.map((key) => ({ ...key, permissions: key.permissions as Permissions }));
}

export type ListedKey = LifeRow & {
  id: number;
  format: CredentialFormat;
  hint: string;
  name: string;
  created_at: Date;
  user_email: string;
  user_credits: string;
};

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
  const values: unknown[] = [limit + 1];
  const place = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const conditions = [
    wherePresent("k"),
    ...(userId ? [`k.user_id = ${place(userId, "uuid")}`] : []),
    ...(after ? [`(k.created_at, k.id) < (${place(after.createdAt, "timestamptz")}, ${place(after.id, "int")})`] : []),
  ];
  const rows = await sql<ListedKey>(
    `list-keys-${userId ? "user" : "all"}-${after ? "after" : "first"}`,
    `SELECT k.id, k.format, k.hint, k.name, k.created_at, ${selectLife("k")}, u.email AS user_email, u.credits AS user_credits
     FROM api_keys k JOIN users u ON u.id = k.user_id
     WHERE ${conditions.join(" AND ")}
     ORDER BY k.created_at DESC, k.id DESC LIMIT $1`,
    values,
  );
  const keys = rows.slice(0, limit);
  const last = keys.at(-1);
  return { keys, nextCursor: rows.length > limit && last ? `${last.created_at.getTime()}-${last.id}` : null };
}

function parseCursor(cursor: string): { createdAt: Date; id: number } {
  const match = /^(\d{1,14})-(\d{1,10})$/.exec(cursor);
  const id = Number(match?.[2]);
  if (!match || id > MAX_ID) throw new AppError("INVALID_INPUT", { message: "cursor is not valid" });
  return { createdAt: new Date(Number(match[1])), id };
}
