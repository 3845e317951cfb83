import "server-only";
import { sql } from "@/lib/db";
import { env } from "@/lib/env";
import { type Credential, type CredentialHash, hashCredential, matchesHash, parseCredential } from "./credentials";
import type { Permissions } from "./permissions";
import { checkKey, type KeyFacts, type ValidityCode } from "./validity";

export type VerifyInput = { key: string; secret?: string | null; permission?: string | null; cost: number };

export type Verdict = {
  code: ValidityCode;
  key: (KeyFacts & { uuid: string; name: string; userId: string }) | null;
};

type Row = {
  uuid: string;
  name: string;
  user_id: string;
  permissions: Permissions;
  expires_at: Date | null;
  revoked_at: Date | null;
  deleted_at: Date | null;
  secret_hash: Uint8Array | null;
  replaced_until: Date | null;
  credits: string;
  banned: boolean;
  ban_expires_at: Date | null;
};

const FIND_KEY = `
  SELECT k.uuid, k.name, k.user_id, k.permissions, k.expires_at, k.revoked_at, k.deleted_at,
         CASE WHEN k.credential_hash = $1 THEN k.secret_hash ELSE k.previous_secret_hash END AS secret_hash,
         CASE WHEN k.credential_hash = $1 THEN NULL ELSE k.previous_expires_at END AS replaced_until,
         u.credits, u.banned, u.ban_expires_at
  FROM api_keys k JOIN users u ON u.id = k.user_id
  WHERE k.credential_hash = $1 OR k.previous_credential_hash = $1`;

/** Whether a credential may be used for a call. Reads one row and writes nothing; a malformed one is refused unread. */
export async function verifyKey(input: VerifyInput): Promise<Verdict> {
  const credential = parseCredential(input.key);
  const found = credential ? await findByCredential(credential) : null;
  const code = checkKey(found, {
    now: new Date(),
    secretMatches:
      input.secret === undefined || input.secret === null ? null : secretMatches(input.secret, found?.secretHash ?? null),
    permission: input.permission ?? null,
    cost: input.cost,
  });
  return { code, key: code === "NOT_FOUND" ? null : found };
}

async function findByCredential(credential: Credential) {
  for (const hash of credentialHashes(credential)) {
    const [row] = await sql<Row>("find-key", FIND_KEY, [hash]);
    if (row) return fromRow(row);
  }
  return null;
}

function fromRow(row: Row) {
  return {
    uuid: row.uuid,
    name: row.name,
    userId: row.user_id,
    permissions: row.permissions,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    deletedAt: row.deleted_at,
    secretHash: row.secret_hash,
    replacedUntil: row.replaced_until,
    owner: { credits: Number(row.credits), banned: row.banned, banExpiresAt: row.ban_expires_at },
  };
}

function secretMatches(secret: string, stored: Uint8Array | null): boolean {
  const credential = parseCredential(secret);
  return credential !== null && credentialHashes(credential).some((hash) => matchesHash(hash, stored));
}

/** Under the current secret and, while KEY_HASH_SECRET is being rotated, the previous one. */
function credentialHashes(credential: Credential): CredentialHash[] {
  const { KEY_HASH_SECRET, KEY_HASH_SECRET_PREVIOUS } = env();
  const current = hashCredential(credential, KEY_HASH_SECRET);
  return KEY_HASH_SECRET_PREVIOUS ? [current, hashCredential(credential, KEY_HASH_SECRET_PREVIOUS)] : [current];
}
