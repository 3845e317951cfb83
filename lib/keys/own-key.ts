import "server-only";
import { LIMIT_FIELDS } from "@latchkey/rule/limits";
import { wherePresent } from "@latchkey/rule/sql";
import { LIFE_FIELDS } from "@latchkey/rule/status";
import type { CurrentUser } from "@/lib/audit/actors";
import { sqlIn, type Transaction } from "@/lib/database/client";
import { readLimits } from "@/lib/database/key-columns";
import { int, statement, uuid } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";

const lockedSelect = {
  id: true,
  uuid: true,
  userId: true,
  name: true,
  note: true,
  selfRotation: true,
  format: true,
  hint: true,
  credentialHash: true,
  secretHash: true,
  credentialHashedUnder: true,
  secretHashedUnder: true,
  credentialSeal: true,
  secretSeal: true,
  ...LIMIT_FIELDS,
  ...LIFE_FIELDS,
  revokedBy: true,
  disabledBy: true,
  createdAt: true,
  totalUses: true,
  lastUsedAt: true,
} as const;

const LOCK = statement(
  "lock-own-key",
  { id: int },
  `SELECT id FROM api_keys k WHERE uuid = $uuid::uuid AND user_id = $owner::uuid AND ${wherePresent("k")} FOR NO KEY UPDATE`,
);

const HOLD_SESSION = statement("hold-session", { id: uuid }, "SELECT id FROM sessions WHERE id = $session::uuid FOR KEY SHARE");

type Asking = Pick<CurrentUser, "id" | "sessionId">;

/**
 * The owner's key, locked until the transaction ends, so that changes to one key happen one after the other. Someone
 * else's, an unknown and a malformed id are the same error, so that ids cannot be probed. The session that asks is held as well:
 * one that has ended since it was let in changes nothing more.
 * @throws AppError API_KEY_NOT_FOUND, TOKEN_NOT_VALID
 */
export async function lockOwnKey(tx: Transaction, owner: Asking, keyUuid: string) {
  if (!isUuid(keyUuid)) throw new AppError("API_KEY_NOT_FOUND");
  if (owner.sessionId) {
    const [held] = await sqlIn(tx, HOLD_SESSION, { session: owner.sessionId });
    if (!held) throw new AppError("TOKEN_NOT_VALID");
  }
  const [locked] = await sqlIn(tx, LOCK, { uuid: keyUuid, owner: owner.id });
  if (!locked) throw new AppError("API_KEY_NOT_FOUND");
  return readLockedKey(tx, locked.id);
}

export type LockedKey = Awaited<ReturnType<typeof readLockedKey>>;

/** What changing a key needs to know of it. */
export async function readLockedKey(tx: Transaction, id: number) {
  const key = await tx.apiKey.findUniqueOrThrow({ where: { id }, select: lockedSelect });
  return { ...key, ...readLimits(key), totalUses: Number(key.totalUses) };
}
