import "server-only";
import { isUsable, type KeyLife } from "@latchkey/rule/status";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/database/client";
import { readClock } from "@/lib/database/clock";
import { AppError } from "@/lib/values/errors";
import { requireRoom } from "./key-limit";
import { lockOwnKey } from "./own-key";

/** Who ended a key or disabled it, as its row says; `proof.ts` of identity also ends some, "proof" by name. */
export type Ender = "owner" | "staff" | "leak";

/** Whoever holds a key acts as its owner. */
export function enderOf({ kind }: Actor): Ender {
  return kind === "user" || kind === "api_key" ? "owner" : "staff";
}

type PausedKey = KeyLife & { uuid: string };

/**
 * Has every call of a key refused until it is enabled again. Disabling again changes nothing.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, ENDED_BY_STAFF, API_KEY_LEAKED
 */
export async function disableKey(owner: CurrentUser, uuid: string): Promise<PausedKey> {
  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw explainEnd(key.revokedBy);
    return key.disabledAt ? key : { ...key, disabledAt: await markDisabled(tx, owner.actor, key.id) };
  });
}

/**
 * Ends a pause, if its owner began it. Enabling what is enabled changes nothing.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, ENDED_BY_STAFF, API_KEY_LEAKED, KEY_LIMIT_REACHED
 */
export async function enableKey(owner: CurrentUser, uuid: string): Promise<PausedKey> {
  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw explainEnd(key.revokedBy);
    if (!key.disabledAt) return key;
    if (key.disabledBy !== "owner") throw explainEnd(key.disabledBy);
    if (isUsable({ ...key, disabledAt: null }, await readClock(tx))) await requireRoom(tx, owner.actor, owner.id);
    await markEnabled(tx, owner.actor, { ...key, disabledAt: key.disabledAt });
    return { ...key, disabledAt: null };
  });
}

function explainEnd(by: string | null): AppError {
  if (by === "leak") return new AppError("API_KEY_LEAKED");
  return new AppError(by === "staff" ? "ENDED_BY_STAFF" : "API_KEY_REVOKED");
}

/** For a key that is locked, and neither revoked nor disabled by the same. Answers when. */
export async function markDisabled(tx: Transaction, actor: Actor, id: number): Promise<Date> {
  const disabledAt = new Date();
  const disabledBy = enderOf(actor);
  await tx.apiKey.update({ where: { id }, data: { disabledAt, disabledBy }, select: { id: true } });
  await recordAudit(tx, actor, {
    action: "api_key.disabled",
    target: { kind: "api_key", id: String(id) },
    before: { disabled_at: null },
    after: { disabled_at: disabledAt.toISOString(), disabled_by: disabledBy },
  });
  return disabledAt;
}

type Disabled = { id: number; disabledAt: Date; disabledBy: string | null };

/** For a key that is locked and disabled. */
export async function markEnabled(tx: Transaction, actor: Actor, { id, disabledAt, disabledBy }: Disabled): Promise<void> {
  await tx.apiKey.update({ where: { id }, data: { disabledAt: null, disabledBy: null }, select: { id: true } });
  await recordAudit(tx, actor, {
    action: "api_key.enabled",
    target: { kind: "api_key", id: String(id) },
    before: { disabled_at: disabledAt.toISOString(), disabled_by: disabledBy },
    after: { disabled_at: null },
  });
}
