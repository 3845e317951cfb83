import "server-only";
import { maskCredentials } from "@latchkey/rule/credentials";
import type { AuditAction } from "@/lib/audit/actions";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { db, sqlIn, type Transaction } from "@/lib/database/client";
import { instant, int, nullable, statement, text } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { markDeleted } from "./delete";
import { readLockedKey } from "./own-key";
import { markDisabled, markEnabled } from "./pause";
import { type RegeneratedKey, type Regeneration, replaceCredentials } from "./regenerate";
import { markRevoked } from "./revoke";

const LOCK = statement("lock-any-key", { id: int }, "SELECT id FROM api_keys WHERE uuid = $uuid::uuid FOR NO KEY UPDATE");

const LATEST_CHANGE = statement(
  "latest-change-of-key",
  { at: instant, email: nullable(text) },
  `SELECT a.at, u.email FROM audit_entries a LEFT JOIN users u ON u.id = a.actor_id
   WHERE a.target_kind = 'api_key' AND a.target_id = $key AND a.action = $action
   ORDER BY a.at DESC, a.id DESC LIMIT 1`,
);

/**
 * Ends anyone's key for good. Of two who try at once, one is told what the other did.
 * @throws AppError API_KEY_NOT_FOUND, CONFLICT
 */
export async function revokeAnyKey(admin: CurrentAdmin, uuid: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockAnyKey(tx, uuid);
    if (key.revokedAt) throw await changedMeanwhile(tx, key.id, "api_key.revoked");
    await markRevoked(tx, admin.actor, key.id);
  });
}

/**
 * Has every call of anyone's key refused until staff enable it again, also where its owner had disabled it.
 * @throws AppError API_KEY_NOT_FOUND, CONFLICT
 */
export async function disableAnyKey(admin: CurrentAdmin, uuid: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockAnyKey(tx, uuid);
    if (key.revokedAt) throw await changedMeanwhile(tx, key.id, "api_key.revoked");
    if (key.disabledAt && key.disabledBy !== "owner") throw await changedMeanwhile(tx, key.id, "api_key.disabled");
    await markDisabled(tx, admin.actor, key.id);
  });
}

/** @throws AppError API_KEY_NOT_FOUND, CONFLICT */
export async function enableAnyKey(admin: CurrentAdmin, uuid: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockAnyKey(tx, uuid);
    if (key.revokedAt) throw await changedMeanwhile(tx, key.id, "api_key.revoked");
    if (!key.disabledAt) throw await changedMeanwhile(tx, key.id, "api_key.enabled");
    await markEnabled(tx, admin.actor, { ...key, disabledAt: key.disabledAt });
  });
}

/**
 * Takes anyone's key out of use and out of the lists; its history stays. `name`: what the page called it, where that was
 * what the admin confirmed.
 * @throws AppError API_KEY_NOT_FOUND, CONFLICT
 */
export async function deleteAnyKey(admin: CurrentAdmin, uuid: string, name: string | null): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockAnyKey(tx, uuid);
    const shown = maskCredentials(key.name);
    if (name !== null && shown !== name) {
      throw new AppError("CONFLICT", { message: `It was renamed meanwhile: it is called “${shown}” now.` });
    }
    if (!(await markDeleted(tx, admin.actor, key.id))) throw new AppError("API_KEY_NOT_FOUND");
  });
}

/**
 * Gives anyone's key new credentials, as its owner can; staff hand them over.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, API_KEY_EXPIRED, CONFLICT (it is deleted), IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH
 */
export async function reissueAnyKey(admin: CurrentAdmin, uuid: string, asked: Regeneration): Promise<RegeneratedKey> {
  if (!isUuid(uuid)) throw new AppError("API_KEY_NOT_FOUND");
  const seen = await db().apiKey.findUnique({ where: { uuid }, select: { hint: true } });
  return db().$transaction(async (tx) => {
    const { id } = await lockAnyKey(tx, uuid);
    return replaceCredentials(tx, admin.actor, await readLockedKey(tx, id), seen, asked);
  });
}

/** @throws AppError API_KEY_NOT_FOUND, CONFLICT (it is deleted) */
async function lockAnyKey(tx: Transaction, uuid: string) {
  if (!isUuid(uuid)) throw new AppError("API_KEY_NOT_FOUND");
  const [locked] = await sqlIn(tx, LOCK, { uuid });
  if (!locked) throw new AppError("API_KEY_NOT_FOUND");
  const select = { id: true, name: true, revokedAt: true, disabledAt: true, disabledBy: true, deletedAt: true } as const;
  const key = await tx.apiKey.findUniqueOrThrow({ where: { id: locked.id }, select });
  if (key.deletedAt) throw await changedMeanwhile(tx, key.id, "api_key.deleted");
  return key;
}

async function changedMeanwhile(
  tx: Transaction,
  keyId: number,
  action: Extract<AuditAction, "api_key.revoked" | "api_key.disabled" | "api_key.enabled" | "api_key.deleted">,
): Promise<AppError> {
  const [entry] = await sqlIn(tx, LATEST_CHANGE, { key: String(keyId), action });
  const by = entry?.email ? ` by ${entry.email}` : "";
  const at = entry ? ` on ${entry.at.toISOString().slice(0, 16).replace("T", " at ")} UTC` : "";
  return new AppError("CONFLICT", { message: `It was ${action.replace("api_key.", "")} already${by}${at}.` });
}
