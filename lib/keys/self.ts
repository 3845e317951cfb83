import "server-only";
import type { Credential } from "@latchkey/rule/credentials";
import { wherePresent } from "@latchkey/rule/sql";
import { type KeyStatus, keyStatus } from "@latchkey/rule/status";
import type { Actor } from "@/lib/audit/actors";
import { db, sql, sqlIn, type Transaction } from "@/lib/database/client";
import { readClock } from "@/lib/database/clock";
import { bool, int, statement, uuid } from "@/lib/database/statements";
import { countWrite } from "@/lib/identity/write-rate";
import { AppError } from "@/lib/values/errors";
import { credentialHashes, inArray } from "@/lib/verification/hashes";
import { endCredentials } from "./end-grace";
import { type LockedKey, readLockedKey } from "./own-key";
import { type RegeneratedKey, replaceCredentials } from "./regenerate";
import { markRevoked } from "./revoke";

/** What a credential that was presented ended: its key, or, where it had been replaced, itself alone. */
export type SelfEnd = { uuid: string; status: KeyStatus; ended: "key" | "replaced_credential" };

/**
 * Ends what a credential opens, for whoever holds it. Doing so again changes nothing.
 * @throws AppError INVALID_API_KEY
 */
export async function revokeSelf(actor: Actor, credential: Credential): Promise<SelfEnd> {
  return db().$transaction(async (tx) => {
    const { key, isReplaced, hashes } = await lockPresented(tx, credential);
    if (isReplaced) {
      await endCredentials(tx, actor, key.id, { credentialHash: { in: hashes } });
      return { uuid: key.uuid, status: keyStatus(key, await readClock(tx)), ended: "replaced_credential" };
    }
    if (!key.revokedAt) await markRevoked(tx, actor, key.id);
    return { uuid: key.uuid, status: "revoked", ended: "key" };
  });
}

/**
 * Replaces a key's credentials for whoever holds the newest, where its owner has allowed that.
 * @throws AppError INVALID_API_KEY, SELF_ROTATION_OFF, CREDENTIAL_REPLACED, API_KEY_REVOKED, API_KEY_EXPIRED, API_KEY_DISABLED, TOO_MANY_REQUESTS
 */
export async function regenerateSelf(actor: Actor, credential: Credential, graceSeconds: number): Promise<RegeneratedKey> {
  const [found] = await sql(FIND, { hashes: credentialHashes(credential).map(inArray) });
  if (found) await countWrite(found.owner);
  return db().$transaction(async (tx) => {
    const { key, isReplaced, isDead, isBanned } = await lockPresented(tx, credential);
    if (isDead) throw new AppError("INVALID_API_KEY");
    if (!key.selfRotation) throw new AppError("SELF_ROTATION_OFF");
    if (isReplaced) throw new AppError("CREDENTIAL_REPLACED");
    const status = keyStatus(key, await readClock(tx));
    if (status === "disabled" || isBanned) throw new AppError("API_KEY_DISABLED");
    // A new end, which an owner could give it here, is not for whoever holds it.
    if (status === "expired") throw new AppError("API_KEY_EXPIRED", { message: "This API key has expired" });
    // Of those who come at once, all but the first hold what is replaced by then.
    return replaceCredentials(tx, actor, key, key, { graceSeconds });
  });
}

const PRESENTED = { key_id: int, owner: uuid, is_replaced: bool, is_dead: bool, is_banned: bool };
const FIND = statement(
  "presented-key",
  PRESENTED,
  `SELECT k.id AS key_id, k.user_id AS owner, found.is_replaced, found.is_dead, u.banned AS is_banned FROM (
     SELECT id, false AS is_replaced, false AS is_dead FROM api_keys WHERE credential_hash = ANY($hashes::bytea[])
     UNION ALL SELECT key_id, true, valid_until <= clock_timestamp() FROM replaced_credentials WHERE credential_hash = ANY($hashes::bytea[])
   ) found JOIN api_keys k ON k.id = found.id JOIN users u ON u.id = k.user_id
   WHERE ${wherePresent("k")} LIMIT 1`,
);
const LOCK = statement("lock-presented-key", { id: int }, "SELECT id FROM api_keys WHERE id = $key FOR NO KEY UPDATE");

type Presented = { key: LockedKey; isReplaced: boolean; isDead: boolean; isBanned: boolean; hashes: Uint8Array<ArrayBuffer>[] };

/** The key that a credential opens or opened, locked. What it is to the key is asked again then: it may be replaced meanwhile. */
async function lockPresented(tx: Transaction, credential: Credential): Promise<Presented> {
  const hashes = credentialHashes(credential);
  const asked = { hashes: hashes.map(inArray) };
  const [found] = await sqlIn(tx, FIND, asked);
  if (found) await sqlIn(tx, LOCK, { key: found.key_id });
  const [presented] = found ? await sqlIn(tx, FIND, asked) : [];
  if (!presented) throw new AppError("INVALID_API_KEY");
  const key = await readLockedKey(tx, presented.key_id);
  const { is_replaced: isReplaced, is_dead: isDead, is_banned: isBanned } = presented;
  return { key, isReplaced, isDead, isBanned, hashes };
}
