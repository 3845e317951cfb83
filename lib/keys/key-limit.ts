import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { type Run, sql, sqlIn, type Transaction } from "@/lib/database/client";
import { LOCKS } from "@/lib/database/locks";
import { int, statement } from "@/lib/database/statements";
import { COUNT_USABLE, countUsableKeys, usableKeysOf } from "@/lib/identity/keys-of-person";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";

// Its own statement: what comes after it sees the keys of whoever held the lock before.
const LOCK = statement(
  "lock-keys-of-owner",
  { locked: int },
  `SELECT 1 AS locked FROM pg_advisory_xact_lock(${LOCKS.keysOfOwner}, hashtext($owner::text))`,
);

/** SQL for whether there is room for one more, where $keyLimit says how many there may be; null for no bound. */
export const WHERE_ROOM = `($keyLimit::int IS NULL OR ${usableKeysOf("$owner::uuid")} < $keyLimit::int)`;

/** How many usable keys this actor may make somebody have; null: staff, programs and imports pass the bound. */
export function keyLimitFor({ kind }: Actor): number | null {
  return kind === "user" ? env().MAX_KEYS_PER_USER : null;
}

/** In a transaction: one after the other decides whether somebody may have one usable key more. */
export async function lockKeysOf(run: Run, owner: string): Promise<void> {
  await run(LOCK, { owner });
}

/**
 * In a transaction that is about to make a key usable; a key's own lock is taken before.
 * @throws AppError KEY_LIMIT_REACHED
 */
export async function requireRoom(tx: Transaction, actor: Actor, owner: string): Promise<void> {
  const limit = keyLimitFor(actor);
  if (limit === null) return;
  await lockKeysOf((one, values) => sqlIn(tx, one, values), owner);
  if ((await countUsableKeys(tx, owner)) >= limit) throw keyLimitReached(limit);
}

export function keyLimitReached(limit: number): AppError {
  return new AppError("KEY_LIMIT_REACHED", { message: sayLimit(limit) });
}

/** For the page, before a form is filled in: the bound, where it is reached. */
export async function findReachedLimit(owner: { id: string }): Promise<string | null> {
  const limit = env().MAX_KEYS_PER_USER;
  const [row] = await sql(COUNT_USABLE, { user: owner.id });
  return (row?.usable ?? 0) >= limit ? sayLimit(limit) : null;
}

function sayLimit(limit: number): string {
  return `There are ${limit.toLocaleString("en-GB")} usable keys, and no more are allowed. Revoke or disable one first.`;
}
