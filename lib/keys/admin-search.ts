import "server-only";
import { z } from "zod";
import { sql } from "@/lib/db";
import { contains, USER_TEXT } from "@/lib/text-search";
import type { AdminKeyConditions, AdminKeyStatus } from "./admin-schemas";
import { digestHashes } from "./search";
import { EXPIRING_DAYS } from "./validity";

/** Writes a value into the statement's list and answers the placeholder for it. */
export type Place = (value: unknown) => string;

/** Conditions on the columns of `k`: a key is found that fulfils all of the first, and all of one of the branches. */
export type KeyConditions = { all: string[]; branches: string[][] };

const NOT_DELETED = "k.deleted_at IS NULL";
const USABLE = `${NOT_DELETED} AND k.revoked_at IS NULL`;
// As the index has it: rows do not compare with what is null.
const ENDS = "coalesce(k.expires_at, 'infinity'::timestamptz)";

/** Written as the partial indexes have them, for these to be found. */
const STATUS: Record<AdminKeyStatus, string> = {
  active: `${USABLE} AND ${ENDS} > now()`,
  expiring: `${USABLE} AND ${ENDS} > now() AND ${ENDS} <= now() + interval '${EXPIRING_DAYS * 24} hours'`,
  expired: `${USABLE} AND ${ENDS} <= now()`,
  revoked: `k.revoked_at IS NOT NULL AND ${NOT_DELETED}`,
  deleted: "k.deleted_at IS NOT NULL",
};

const MAX_ID = 2_147_483_647;

/**
 * Deleted keys are found by what names one key, such as an id or a credential, and listed when they are asked for.
 * `ownerId`: of the owner that `search` names.
 */
export function keyConditions(search: AdminKeyConditions, ownerId: string | null, place: Place): KeyConditions {
  const { status, format, q, digest } = search;
  // Whoever asks about a credential wants to know of it, whatever the list was filtered by before.
  if (digest) return { all: [], branches: [[hasCredential(digest, place)]] };
  const all: string[] = [];
  if (status) all.push(STATUS[status]);
  if (ownerId) all.push(`k.user_id = ${place(ownerId)}::uuid`);
  if (format) all.push(`k.format = '${format}'`);
  const listed = status ? [] : [NOT_DELETED];
  if (!q) return { all, branches: [listed] };
  return { all, branches: [...exactBranches(q, place), ...textBranches(q, place).map((branch) => [...listed, branch])] };
}

function hasCredential(digest: string, place: Place): string {
  const hashes = `${place(digestHashes(digest).map((hash) => `\\x${Buffer.from(hash).toString("hex")}`))}::bytea[]`;
  return `k.id IN (
    SELECT id FROM api_keys WHERE credential_hash = ANY(${hashes})
    UNION SELECT id FROM api_keys WHERE secret_hash = ANY(${hashes})
    UNION SELECT key_id FROM replaced_credentials WHERE credential_hash = ANY(${hashes})
    UNION SELECT key_id FROM replaced_credentials WHERE secret_hash = ANY(${hashes}))`;
}

function exactBranches(q: string, place: Place): string[][] {
  if (z.guid().safeParse(q).success) {
    const id = place(q);
    return [[`k.uuid = ${id}::uuid`], [NOT_DELETED, `k.user_id = ${id}::uuid`]];
  }
  const branches: string[][] = [];
  if (/^\d{1,10}$/.test(q) && Number(q) <= MAX_ID) branches.push([`k.id = ${place(Number(q))}::int`]);
  const [, format, hint] = /^(?:(mf_live|datazag)_)?([0-9A-Za-z]{2,6})$/.exec(q) ?? [];
  // A few letters without the beginning could as well be the beginning of any word.
  if (hint && format) branches.push([`k.format = '${format}' AND k.hint LIKE ${place(`${hint}%`)}`]);
  else if (hint && hint.length >= 4) branches.push([`k.hint LIKE ${place(`${hint}%`)}`]);
  return branches;
}

function textBranches(q: string, place: Place): string[] {
  const owners = `SELECT id FROM users WHERE ${contains(USER_TEXT, q, place)}`;
  return [contains("k.name", q, place), `k.user_id IN (${owners})`];
}

/** The id of whom a filter names by e-mail address or id; null when there is no such person. */
export async function findOwnerId(owner: string): Promise<string | null> {
  const isId = z.guid().safeParse(owner).success;
  const [user] = await sql<{ id: string }>(
    isId ? "owner-by-id" : "owner-by-email",
    `SELECT id FROM users WHERE ${isId ? "id = $1::uuid" : "email = $1"}`,
    [owner.toLowerCase()],
  );
  return user?.id ?? null;
}
