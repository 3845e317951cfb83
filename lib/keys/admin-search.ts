import "server-only";
import { whereExpiring, wherePresent, whereRevocable, whereStatus } from "@latchkey/rule/sql";
import { sql } from "@/lib/database/client";
import { type AddValue, instant, int, nullable, statement, uuid, word } from "@/lib/database/statements";
import { contains, USER_TEXT } from "@/lib/database/text-search";
import { findIdByEmail } from "@/lib/database/user-by-email";
import { isAccountId, isUuid, MAX_ID } from "@/lib/values/ids";
import { digestHashes } from "@/lib/verification/hashes";
import { whereLeft } from "@/lib/verification/left-keys";
import type { AdminFormatFilter, AdminKeyConditions, AdminKeyStatus } from "./admin-schemas";
import { readVisibleParts, whereHint } from "./visible-part";

/** Conditions on the columns of `k`: a key is found that fulfils all of the first, and all of one of the branches. */
export type KeyConditions = { all: string[]; branches: string[][] };

const PRESENT = wherePresent("k");
const ASKED = { key: "k", now: "now()" };

/** Deleted keys are found by what names one key, such as an id or a credential, and listed when they are asked for. */
export function keyConditions(search: AdminKeyConditions, named: Named, add: AddValue): KeyConditions {
  const { status, format, hash, q } = search;
  const { ownerId, credential } = named;
  // Whoever asks about a credential wants to know of it, whatever the list was filtered by before.
  if (credential) return { all: [], branches: [[`k.id = ${add("key", credential.keyId)}::int`]] };
  const all: string[] = [];
  if (status && status !== "all") all.push(whereListed(status));
  if (ownerId) all.push(`k.user_id = ${add("owner", ownerId)}::uuid`);
  if (hash) all.push(whereLeft(hash, add));
  if (format) all.push(whereFormat(format));
  const listed = status === null && isAside(search) ? [whereRevocable("k")] : status && status !== "all" ? [] : [PRESENT];
  if (!q) return { all, branches: [listed] };
  return { all, branches: [...exactBranches(q, add), ...textBranches(q, add).map((branch) => [...listed, branch])] };
}

/** Revoked keys are aside where nobody asks for them. */
export function isAside({ status, q, digest, hash, owner }: AdminKeyConditions): boolean {
  return status === null && q === "" && digest === null && hash === null && owner === "";
}

export function whereListed(status: AdminKeyStatus): string {
  if (status === "deleted") return `NOT (${PRESENT})`;
  return `${PRESENT} AND ${status === "expiring" ? whereExpiring(ASKED) : whereStatus(status, ASKED)}`;
}

export function whereFormat(format: AdminFormatFilter): string {
  return format === "weak" ? "k.weak" : `k.format = '${format}'`;
}

export function exactBranches(q: string, add: AddValue): string[][] {
  if (isUuid(q)) {
    const id = add("id", q);
    return [[`k.uuid = ${id}::uuid`], [PRESENT, `k.user_id = ${id}::uuid`]];
  }
  const branches: string[][] = [];
  if (/^\d{1,10}$/.test(q) && Number(q) <= MAX_ID) branches.push([`k.id = ${add("id", Number(q))}::int`]);
  if (isAccountId(q))
    branches.push([PRESENT, `k.user_id IN (SELECT user_id FROM api_accounts WHERE account_id = ${add("account", q)})`]);
  // A few letters without the beginning could as well be the beginning of any word.
  const parts = readVisibleParts(q).filter(({ format, hint }) => format || hint.length >= 4);
  return [...branches, ...parts.map((part) => [whereHint(part, add)])];
}

export function textBranches(q: string, add: AddValue): string[] {
  const take = (value: string) => add("q", value);
  const owners = `SELECT id FROM users WHERE ${contains(USER_TEXT, q, take)}`;
  return [contains("k.name", q, take), `k.user_id IN (${owners})`];
}

/** What the address names, looked up; null for what it does not name. */
export type Named = { ownerId: string | null; credential: FoundCredential | null };

/** A key that has a credential, or had it; `validUntil` is when one that was replaced stops to work, or did. */
export type FoundCredential = { keyId: number; part: "key" | "secret"; replaced: { at: Date; validUntil: Date } | null };

export type Unknown = { unknown: "owner" | "credential" };

export const NOTHING_NAMED: Named = { ownerId: null, credential: null };

/** `unknown` is what was named and does not exist. */
export async function findNamed({ owner, digest }: AdminKeyConditions): Promise<Named | Unknown> {
  if (digest) {
    const credential = await findCredential(digest);
    return credential ? { ownerId: null, credential } : { unknown: "credential" };
  }
  const ownerId = owner ? await findOwnerId(owner) : null;
  return owner && !ownerId ? { unknown: "owner" } : { ownerId, credential: null };
}

const CURRENT = "NULL::timestamptz AS replaced_at, NULL::timestamptz AS valid_until FROM api_keys";
const REPLACED = "replaced_at, valid_until FROM replaced_credentials";

export const CREDENTIAL_BY_DIGEST = statement(
  "credential-by-digest",
  { key_id: int, part: word<"key" | "secret">(), replaced_at: nullable(instant), valid_until: nullable(instant) },
  `
    SELECT id AS key_id, 'key' AS part, ${CURRENT} WHERE credential_hash = ANY($hashes::bytea[])
    UNION ALL SELECT id, 'secret', ${CURRENT} WHERE secret_hash = ANY($hashes::bytea[])
    UNION ALL SELECT key_id, 'key', ${REPLACED} WHERE credential_hash = ANY($hashes::bytea[])
    UNION ALL SELECT key_id, 'secret', ${REPLACED} WHERE secret_hash = ANY($hashes::bytea[])
    LIMIT 1`,
);

async function findCredential(digest: string): Promise<FoundCredential | null> {
  const [row] = await sql(CREDENTIAL_BY_DIGEST, { hashes: digestHashes(digest) });
  if (!row) return null;
  const { replaced_at: at, valid_until: validUntil } = row;
  return { keyId: row.key_id, part: row.part, replaced: at && validUntil && { at, validUntil } };
}

const OWNER_BY_ID = statement("owner-by-id", { id: uuid }, "SELECT id FROM users WHERE id = $owner::uuid");

async function findOwnerId(owner: string): Promise<string | null> {
  if (!isUuid(owner)) return findIdByEmail(owner);
  const [user] = await sql(OWNER_BY_ID, { owner });
  return user?.id ?? null;
}
