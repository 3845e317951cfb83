import "server-only";
import { randomUUID } from "node:crypto";
import type { Credential, CredentialFormat, IssuedCredentials } from "@latchkey/rule/credentials";
import { DEFAULT_LIMITS, type KeyLimits, pickLimits } from "@latchkey/rule/limits";
import { maskedJson } from "@latchkey/rule/masked-json";
import type { KeyLife } from "@latchkey/rule/status";
import { z } from "zod";
import { type Actor, actorId } from "@/lib/audit/actors";
import { type Run, sql, transaction } from "@/lib/database/client";
import { type Once, sha256 } from "@/lib/database/idempotency";
import { LIMIT_COLUMNS, LIMIT_PLACES, limitValues } from "@/lib/database/key-columns";
import { bool, bytes, instant, int, statement, text } from "@/lib/database/statements";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { hashCredential, issueCredentials } from "@/lib/verification/hashes";
import { feedSalt } from "@/lib/verification/salt";
import { sealCredential } from "@/lib/verification/seals";
import { requireConfirmedAddress } from "./confirmed-owner";
import { keyLimitFor, keyLimitReached, lockKeysOf, WHERE_ROOM } from "./key-limit";
import { claimForKey, describeKeyOnce, explainRepeat } from "./repeat";

export type NewKey = KeyLimits & {
  name: string;
  expiresAt: Date | null;
  note?: string | null;
  format: CredentialFormat;
  idempotencyKey?: string | null;
};

/** What is kept of credentials that are issued now: their hashes, and their digests, sealed. */
export async function storeIssued({ key, secret }: IssuedCredentials) {
  const hashSecret = env().KEY_HASH_SECRET;
  const salt = await feedSalt();
  const [keyHash, secretHash] = [hashCredential(key, hashSecret), secret && hashCredential(secret, hashSecret)];
  return {
    keyHash,
    secretHash,
    keySeal: sealCredential(key, keyHash, hashSecret, salt),
    secretSeal: secret && secretHash && sealCredential(secret, secretHash, hashSecret, salt),
  };
}

/** A key as its maker sees it, once: the credentials in clear are in no other type. */
export type IssuedKey = KeyLimits &
  KeyLife & {
    id: number;
    uuid: string;
    name: string;
    key: Credential;
    secret: Credential | null;
    createdAt: Date;
    /** When it was last made or changed, by somebody and not by being used. */
    updatedAt: Date;
    totalUses: number;
    lastUsedAt: Date | null;
    owner: { id: string; email: string; credits: number };
  };

const CREATED = { id: int, created_at: instant, email: text, credits: int };

const NO_END: KeyLife = { expiresAt: null, revokedAt: null, disabledAt: null, deletedAt: null };

/** SQL for a short public name of an API account, for support requests and invoices. */
export const NEW_ACCOUNT_ID = "'acc_' || left(replace(gen_random_uuid()::text, '-', ''), 16)";

// Account, key and audit entry in one statement: one round trip, and all of it or nothing. The session that asks is held until
// the key is there: who ends it finds the key, and what it had asked for before makes none afterwards.
const CREATE = statement(
  "create-key",
  CREATED,
  `
  WITH asking AS (SELECT id FROM sessions WHERE id = $session::uuid FOR KEY SHARE),
  owner AS (
    SELECT id, email, credits, unproven AND NOT email_verified AND $actorKind = 'user' AS is_unproven FROM users
    WHERE id = $owner AND ${WHERE_ROOM} AND ($session::uuid IS NULL OR EXISTS (SELECT 1 FROM asking))
  ),
  account AS (
    INSERT INTO api_accounts (id, account_id, user_id, name)
    SELECT gen_random_uuid(), ${NEW_ACCOUNT_ID}, id, 'API account' FROM owner
    WHERE NOT EXISTS (SELECT 1 FROM api_accounts WHERE user_id = $owner)
    ON CONFLICT (user_id) DO NOTHING
  ),
  created AS (
    INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, secret_hash, credential_hashed_under, secret_hashed_under,
                          credential_seal, secret_seal, ${LIMIT_COLUMNS}, expires_at, note, made_unproven)
    SELECT $uuid, id, $name, $format::key_format, $hint, $keyHash, $secretHash, $under, $under,
      $keySeal, $secretSeal, ${LIMIT_PLACES}, $expiresAt, $note, is_unproven FROM owner
    RETURNING id, created_at
  ),
  audited AS (
    INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, after)
    SELECT $actorKind, $actor::uuid, $address, $request, 'api_key.created', 'api_key', created.id::text, $after::jsonb FROM created
  )
  SELECT created.id, created.created_at, owner.email, owner.credits FROM created, owner`,
);

const ROOM = statement("room-for-a-key", { is_there: bool }, `SELECT ${WHERE_ROOM} AS is_there`);

/**
 * Makes a key, and the owner's API account if there is none yet.
 * @throws AppError USER_NOT_FOUND, TOKEN_NOT_VALID, EMAIL_NOT_CONFIRMED, KEY_LIMIT_REACHED, IDEMPOTENCY_KEY_USED,
 *   IDEMPOTENCY_KEY_MISMATCH
 */
export async function createKey(actor: Actor, givenOwnerId: string, input: NewKey): Promise<IssuedKey> {
  if (!z.uuid().safeParse(givenOwnerId).success) throw new AppError("USER_NOT_FOUND");
  const ownerId = givenOwnerId.toLowerCase();
  await requireConfirmedAddress(actor);
  const { name, expiresAt, format, note = null } = input;
  const limits = pickLimits(input);
  const credentials = issueCredentials(format);
  const uuid = randomUUID();
  const after = {
    uuid,
    name,
    format,
    hint: credentials.hint,
    ...limits,
    expires_at: expiresAt?.toISOString() ?? null,
    ...(note !== null && { note }),
    owner_id: ownerId,
  };

  const values = {
    owner: ownerId,
    uuid,
    name,
    format,
    hint: credentials.hint,
    ...(await storeIssued(credentials)),
    under: currentSecretId(),
    ...limitValues(limits),
    expiresAt,
    note,
    actorKind: actor.kind,
    actor: actorId(actor),
    session: actor.sessionId ?? null,
    address: actor.address,
    request: actor.requestId,
    after: maskedJson(after),
    keyLimit: keyLimitFor(actor),
  };
  const once = describeKeyOnce(actor, "create-key", input.idempotencyKey, [ownerId, describeInput(input)]);
  const row = await (once ? createOnce(actor, once, input, values) : createInTurn(values));
  return {
    id: row.id,
    uuid,
    name,
    key: credentials.key,
    secret: credentials.secret,
    ...limits,
    createdAt: row.created_at,
    updatedAt: row.created_at,
    totalUses: 0,
    lastUsedAt: null,
    ...NO_END,
    expiresAt,
    owner: { id: ownerId, email: row.email, credits: row.credits },
  };
}

/** A key that an earlier version of the portal made for the same header and owner. */
const FORMER = statement(
  "key-by-idempotency-hash",
  { uuid: text, input_hash: bytes },
  `SELECT uuid::text, coalesce(idempotency_input_hash, '') AS input_hash FROM api_keys
   WHERE user_id = $owner::uuid AND idempotency_hash = $keyHash`,
);

/** @throws AppError IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH */
function createOnce(actor: Actor, once: Once, input: NewKey, values: Values) {
  return transaction(async (run) => {
    const { owner, uuid } = values;
    // The admin API had no such header then.
    const [former] =
      actor.kind === "admin_api" || actor.kind === "service" ? [] : await run(FORMER, { owner, keyHash: once.keyHash });
    if (former && !former.input_hash.equals(sha256(describeInput(input)))) throw new AppError("IDEMPOTENCY_KEY_MISMATCH");
    if (former) throw await explainRepeat(run, former.uuid);
    await claimForKey(run, once, uuid);
    // What failed is not remembered.
    return createWith(run, values);
  });
}

type Values = { owner: string; uuid: string; session: string | null; keyLimit: number | null };

/** Where nothing bounds how many there may be, the one statement is enough. */
function createInTurn(values: Values) {
  return values.keyLimit === null ? createWith(sql, values) : transaction((run) => createWith(run, values));
}

/** @throws AppError USER_NOT_FOUND, TOKEN_NOT_VALID, KEY_LIMIT_REACHED */
async function createWith(run: Run, values: Values) {
  if (values.keyLimit !== null) await lockKeysOf(run, values.owner);
  const [row] = await run(CREATE, values);
  if (row) return row;
  const { owner, keyLimit, session } = values;
  const [room] = await run(ROOM, { owner, keyLimit });
  if (keyLimit !== null && !room?.is_there) throw keyLimitReached(keyLimit);
  // Whoever asks with a session that has ended meanwhile is told that, and not that there is no such user.
  throw new AppError(session ? "TOKEN_NOT_VALID" : "USER_NOT_FOUND");
}

/** Hashes of earlier versions are of these four alone: what a later one adds to an input counts where it is given. */
export function describeInput({ idempotencyKey: _, format, name, permissions, expiresAt, ...later }: NewKey): string {
  const unsaid: Record<string, unknown> = DEFAULT_LIMITS;
  const isGiven = (name: string, value: unknown) => value != null && JSON.stringify(value) !== JSON.stringify(unsaid[name]);
  const more = Object.entries(later).filter(([name, value]) => isGiven(name, value));
  return JSON.stringify([format, name, permissions, expiresAt, ...more.sort()]);
}
