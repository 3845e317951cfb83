import "server-only";
import { createHash, randomUUID } from "node:crypto";
import type { Credential, CredentialFormat } from "@latchkey/rule/credentials";
import { DEFAULT_LIMITS, type KeyLimits, pickLimits } from "@latchkey/rule/limits";
import { z } from "zod";
import type { Actor } from "@/lib/audit/actors";
import { db, sql } from "@/lib/database/client";
import { LIMIT_COLUMNS, LIMIT_PLACES, limitValues } from "@/lib/database/key-columns";
import { instant, int, statement, text } from "@/lib/database/statements";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { hashCredential, issueCredentials } from "@/lib/verification/hashes";

export type NewKey = KeyLimits & {
  name: string;
  expiresAt: Date | null;
  format: CredentialFormat;
  idempotencyKey?: string | null;
};

/** A key as its maker sees it, once: the credentials in clear are in no other type. */
export type IssuedKey = KeyLimits & {
  id: number;
  uuid: string;
  name: string;
  key: Credential;
  secret: Credential | null;
  createdAt: Date;
  expiresAt: Date | null;
  owner: { id: string; email: string; credits: number };
};

const CREATED = { id: int, created_at: instant, email: text, credits: int };

/** SQL for a short public name of an API account, for support requests and invoices. */
export const NEW_ACCOUNT_ID = "'acc_' || left(replace(gen_random_uuid()::text, '-', ''), 16)";

// Account, key and audit entry in one statement: one round trip, and all of it or nothing.
const CREATE = statement(
  "create-key",
  CREATED,
  `
  WITH owner AS (SELECT id, email, credits FROM users WHERE id = $owner),
  account AS (
    INSERT INTO api_accounts (id, account_id, user_id, name)
    SELECT gen_random_uuid(), ${NEW_ACCOUNT_ID}, id, 'API account' FROM owner
    WHERE NOT EXISTS (SELECT 1 FROM api_accounts WHERE user_id = $owner)
    ON CONFLICT (user_id) DO NOTHING
  ),
  created AS (
    INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, secret_hash, credential_hashed_under, secret_hashed_under,
                          ${LIMIT_COLUMNS}, expires_at, idempotency_hash, idempotency_input_hash)
    SELECT $uuid, id, $name, $format::key_format, $hint, $keyHash, $secretHash, $under, $under,
      ${LIMIT_PLACES}, $expiresAt, $idempotencyHash, $inputHash FROM owner
    ON CONFLICT (user_id, idempotency_hash) WHERE idempotency_hash IS NOT NULL DO NOTHING
    RETURNING id, created_at
  ),
  audited AS (
    INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, after)
    SELECT $actorKind, $actor::uuid, $address, $request, 'api_key.created', 'api_key', created.id::text, $after::jsonb FROM created
  )
  SELECT created.id, created.created_at, owner.email, owner.credits FROM created, owner`,
);

/**
 * Makes a key, and the owner's API account if there is none yet.
 * @throws AppError USER_NOT_FOUND, IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH
 */
export async function createKey(actor: Actor, ownerId: string, input: NewKey): Promise<IssuedKey> {
  if (!z.uuid().safeParse(ownerId).success) throw new AppError("USER_NOT_FOUND");
  const { name, expiresAt, format } = input;
  const limits = pickLimits(input);
  const credentials = issueCredentials(format);
  const uuid = randomUUID();
  const secret = env().KEY_HASH_SECRET;
  const idempotency = idempotencyHashes(input);
  const after = {
    uuid,
    name,
    format,
    hint: credentials.hint,
    ...limits,
    expires_at: expiresAt?.toISOString() ?? null,
    owner_id: ownerId,
  };

  const [row] = await sql(CREATE, {
    owner: ownerId,
    uuid,
    name,
    format,
    hint: credentials.hint,
    keyHash: hashCredential(credentials.key, secret),
    secretHash: credentials.secret && hashCredential(credentials.secret, secret),
    under: currentSecretId(),
    ...limitValues(limits),
    expiresAt,
    idempotencyHash: idempotency?.key ?? null,
    inputHash: idempotency?.input ?? null,
    actorKind: actor.kind,
    actor: actor.userId,
    address: actor.address,
    request: actor.requestId,
    after: JSON.stringify(after),
  });
  if (!row) throw await explainRefusal(ownerId, idempotency);
  return {
    id: row.id,
    uuid,
    name,
    key: credentials.key,
    secret: credentials.secret,
    ...limits,
    createdAt: row.created_at,
    expiresAt,
    owner: { id: ownerId, email: row.email, credits: row.credits },
  };
}

type IdempotencyHashes = { key: Buffer; input: Buffer };

/**
 * Only hashes are kept, on the key's own row and for as long as it exists. The credentials are not kept, so a repeat
 * cannot answer with them: it answers with the key's id.
 */
export function idempotencyHashes({ idempotencyKey, ...input }: NewKey): IdempotencyHashes | null {
  if (!idempotencyKey) return null;
  const hash = (text: string) => createHash("sha256").update(text).digest();
  const { format, name, permissions, expiresAt, ...later } = input;
  // Stored hashes are of these four alone: what a later version adds to an input counts where it is given.
  const unsaid: Record<string, unknown> = DEFAULT_LIMITS;
  const isGiven = (name: string, value: unknown) => value != null && JSON.stringify(value) !== JSON.stringify(unsaid[name]);
  const more = Object.entries(later).filter(([name, value]) => isGiven(name, value));
  return { key: hash(idempotencyKey), input: hash(JSON.stringify([format, name, permissions, expiresAt, ...more.sort()])) };
}

async function explainRefusal(userId: string, idempotency: IdempotencyHashes | null): Promise<AppError> {
  if (!idempotency) return new AppError("USER_NOT_FOUND");
  const key = await db().apiKey.findUnique({
    where: { userId_idempotencyHash: { userId, idempotencyHash: new Uint8Array(idempotency.key) } },
    select: { uuid: true, name: true, idempotencyInputHash: true },
  });
  if (!key) return new AppError("USER_NOT_FOUND");
  if (!idempotency.input.equals(key.idempotencyInputHash ?? new Uint8Array())) return new AppError("IDEMPOTENCY_KEY_MISMATCH");
  return new AppError("IDEMPOTENCY_KEY_USED", { data: { id: key.uuid, key_name: key.name } });
}
