import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sqlIn, type Transaction } from "@/lib/database/client";
import { LOCKS } from "@/lib/database/locks";
import { bool, int, nullable, statement, text, uuid, word } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import type { UserRole } from "./schemas";

type LockedUser = {
  id: string;
  email: string;
  role: UserRole;
  credits: number;
  isBanned: boolean;
  banReason: string | null;
};

const LOCK_USER = statement(
  "lock-user",
  { email: text, role: word<UserRole>(), credits: int, banned: bool, ban_reason: nullable(text) },
  "SELECT email, role::text, credits, banned, ban_reason FROM users WHERE id = $id::uuid FOR NO KEY UPDATE",
);
const FIND_OTHER_ADMIN = statement(
  "find-other-admin",
  { id: uuid },
  "SELECT id FROM users WHERE role = 'admin' AND id <> $id::uuid AND NOT banned LIMIT 1",
);
const FIND_ADMIN = statement(
  "find-admin",
  { id: uuid },
  "SELECT id FROM users WHERE id = $id::uuid AND role = 'admin' AND NOT banned",
);

/**
 * Any user, held until the transaction ends, so that changes to one user happen one after the other.
 * @throws AppError USER_NOT_FOUND
 */
export async function lockUser(tx: Transaction, id: string): Promise<LockedUser> {
  const [row] = await sqlIn(tx, LOCK_USER, { id });
  if (!row) throw new AppError("USER_NOT_FOUND");
  const { email, role, credits, banned, ban_reason } = row;
  return { id, email, role, credits, isBanned: banned, banReason: ban_reason };
}

/**
 * The same, with the administrators locked before.
 * @throws AppError USER_NOT_FOUND
 */
export async function lockAdminsAndUser(tx: Transaction, id: string): Promise<LockedUser> {
  await lockAdmins(tx);
  return lockUser(tx, id);
}

/**
 * Whoever changes who the administrators are, waits here for the one who is at it: each of two people would otherwise
 * leave the other as the last. To be taken before any user.
 */
export async function lockAdmins(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS.administrators})`;
}

/**
 * With the administrators locked: `user` is about to be one no more.
 * @throws AppError LAST_ADMIN
 */
export async function requireOtherAdmin(tx: Transaction, user: LockedUser): Promise<void> {
  if (user.role !== "admin" || user.isBanned) return;
  const others = await sqlIn(tx, FIND_OTHER_ADMIN, { id: user.id });
  if (others.length === 0) throw new AppError("LAST_ADMIN");
}

/**
 * With the administrators locked: whoever asks may have been demoted or banned since they were let in.
 * @throws AppError CONFLICT
 */
export async function requireStillAdmin(tx: Transaction, admin: CurrentAdmin): Promise<void> {
  const found = await sqlIn(tx, FIND_ADMIN, { id: admin.id });
  if (found.length === 0) throw new AppError("CONFLICT", { message: "You are no administrator any more." });
}

/**
 * What somebody decided on has to be what is there still.
 * @throws AppError CONFLICT with what changed
 */
export function requireAsSeen(user: LockedUser, seen: { role: UserRole; banned: boolean }): void {
  const changes = [
    user.isBanned !== seen.banned && (user.isBanned ? `was banned: “${user.banReason ?? "no reason given"}”` : "was unbanned"),
    user.role !== seen.role && (user.role === "admin" ? "became an administrator" : "is no administrator any more"),
  ].filter((change) => change !== false);
  if (changes.length === 0) return;
  throw new AppError("CONFLICT", { message: `Nothing was done. Meanwhile, ${user.email} ${changes.join(" and ")}.` });
}
