import "server-only";
import type { KeyFormat } from "@latchkey/rule/credentials";
import {
  FEED_CREDITS_TOLD,
  type FeedCredential,
  type FeedStatus,
  type GoneLine,
  type KeyLine,
  type OwnerLine,
  type StateLine,
  UNSEALED_COUNTED,
  type UnsealedCounts,
} from "@latchkey/rule/feed";
import { readLife } from "@latchkey/rule/sql";
import type { KeyLife } from "@latchkey/rule/status";
import type { Run } from "@/lib/database/client";
import { LIFE, LIMITS, readLimits, selectLimits } from "@/lib/database/key-columns";
import { bool, bytes, int, json, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { unseal } from "@/lib/verification/seals";

type Hex = string;
type ReplacedJson = { hash: Hex; seal: Hex | null; secret_hash: Hex | null; secret_seal: Hex | null; until: number };

const KEY = {
  id: int,
  uuid,
  rev: int,
  user_id: uuid,
  name: text,
  ...LIMITS,
  ...LIFE,
  credential_hash: bytes,
  credential_seal: nullable(bytes),
  secret_hash: nullable(bytes),
  secret_seal: nullable(bytes),
  replaced: json<ReplacedJson[]>(),
};

// All of a key from one statement: its own row and what it replaced must be of one instant, for both have one `rev`.
const SELECT_KEY = `k.id, k.uuid, k.rev, k.user_id, k.name, ${selectLimits("k")}, k.expires_at, k.revoked_at, k.disabled_at, k.deleted_at,
  k.credential_hash, k.credential_seal, k.secret_hash, k.secret_seal,
  coalesce((
    SELECT json_agg(json_build_object('hash', encode(r.credential_hash, 'hex'), 'seal', encode(r.credential_seal, 'hex'),
      'secret_hash', encode(r.secret_hash, 'hex'), 'secret_seal', encode(r.secret_seal, 'hex'),
      'until', ceil(extract(epoch FROM r.valid_until) * 1000)) ORDER BY r.valid_until DESC)
    FROM replaced_credentials r WHERE r.key_id = k.id AND r.valid_until > now()), '[]') AS replaced`;

const KEYS = statement(
  "feed-keys",
  KEY,
  `SELECT ${SELECT_KEY} FROM unnest($ids::int[]) WITH ORDINALITY AS asked(id, place) JOIN api_keys k ON k.id = asked.id ORDER BY place`,
);
const KEY_PAGE = statement(
  "feed-key-page",
  KEY,
  `SELECT ${SELECT_KEY} FROM api_keys k WHERE k.id > $after::int AND k.deleted_at IS NULL ORDER BY k.id LIMIT $limit::int`,
);

const OWNER = { id: uuid, rev: nullable(int), banned: nullable(bool), credits: nullable(int) };
const SELECT_OWNER = "u.rev, u.banned, u.credits";
const OWNERS = statement(
  "feed-owners",
  OWNER,
  `SELECT asked.id, ${SELECT_OWNER} FROM unnest($ids::uuid[]) WITH ORDINALITY AS asked(id, place) LEFT JOIN users u ON u.id = asked.id ORDER BY place`,
);
const OWNER_PAGE = statement(
  "feed-owner-page",
  OWNER,
  `SELECT u.id, ${SELECT_OWNER} FROM users u WHERE ($after::uuid IS NULL OR u.id > $after::uuid) ORDER BY u.id LIMIT $limit::int`,
);

/** As they are now, in the order asked. A deleted one is told as such. */
export async function keyLines(ids: readonly number[], run: Run): Promise<KeyLine[]> {
  return ids.length === 0 ? [] : (await run(KEYS, { ids })).map(toKeyLine);
}

/** The same of owners; one that there is not any more is gone. */
export async function ownerLines(ids: readonly string[], run: Run): Promise<(OwnerLine | GoneLine)[]> {
  return ids.length === 0 ? [] : (await run(OWNERS, { ids })).map(toOwnerLine);
}

/** For a snapshot: by their ids. `lastId`: null with the last page. */
export async function keyPage(after: number, limit: number, run: Run): Promise<{ lines: StateLine[]; lastId: number | null }> {
  const rows = await run(KEY_PAGE, { after, limit });
  return { lines: rows.map(toKeyLine), lastId: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

export async function ownerPage(
  after: string | null,
  limit: number,
  run: Run,
): Promise<{ lines: StateLine[]; lastId: string | null }> {
  const rows = await run(OWNER_PAGE, { after, limit });
  return { lines: rows.map(toOwnerLine), lastId: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

const UNSEALED = statement(
  "count-unsealed",
  { format: text, unsealed: int },
  `SELECT format::text, count(*) AS unsealed FROM (
     (SELECT format FROM api_keys WHERE credential_seal IS NULL AND revoked_at IS NULL AND deleted_at IS NULL
       AND (expires_at IS NULL OR expires_at > now()) LIMIT ${UNSEALED_COUNTED})
     UNION ALL
     (SELECT coalesce(r.format, k.format) FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id
       WHERE r.credential_seal IS NULL AND r.valid_until > now() LIMIT ${UNSEALED_COUNTED})) AS live
   GROUP BY format`,
);

/** How many live credentials no verifier can know. */
export async function countUnsealed(run: Run): Promise<UnsealedCounts> {
  const rows = await run(UNSEALED, {});
  const of = (format: KeyFormat) => rows.find((row) => row.format === format)?.unsealed ?? 0;
  return { mf_live: of("mf_live"), datazag: of("datazag"), foreign: of("foreign") };
}

function toKeyLine(row: RowOf<typeof KEY>): KeyLine {
  const life = readLife(row);
  const current = toCredential(row.credential_hash, row.credential_seal, row.secret_hash, row.secret_seal);
  const replaced = row.replaced.flatMap(({ hash, seal, secret_hash, secret_seal, until }) => {
    const known = toCredential(
      fromHex(hash),
      seal && fromHex(seal),
      secret_hash && fromHex(secret_hash),
      secret_seal && fromHex(secret_seal),
    );
    return known ? [{ ...known, until }] : [];
  });
  return {
    t: "key",
    id: row.uuid,
    rev: row.rev,
    owner: row.user_id,
    name: row.name,
    p: readLimits(row).permissions,
    creds: [...(current ? [current] : []), ...replaced],
    exp: life.expiresAt?.getTime() ?? null,
    st: statusOf(life),
  };
}

function statusOf({ deletedAt, revokedAt, disabledAt }: KeyLife): FeedStatus {
  if (deletedAt) return "deleted";
  if (revokedAt) return "revoked";
  return disabledAt ? "disabled" : "active";
}

type Bytes = Uint8Array | "" | null;

/** Null where its digest is not known, or sealed under a secret that is not set: it opens nothing here either. */
function toCredential(hash: Uint8Array, seal: Bytes, secretHash: Bytes, secretSeal: Bytes): FeedCredential | null {
  const digest = seal ? unseal(seal, hash) : null;
  if (!digest) return null;
  const d = digest.toString("base64url");
  if (!secretHash) return { d, s: null };
  const secret = secretSeal ? unseal(secretSeal, secretHash) : null;
  return secret ? { d, s: secret.toString("base64url") } : { d };
}

function fromHex(hex: Hex): Buffer {
  return Buffer.from(hex, "hex");
}

function toOwnerLine({ id, rev, banned, credits }: RowOf<typeof OWNER>): OwnerLine | GoneLine {
  if (rev === null || credits === null) return { t: "gone", kind: "owner", id };
  return { t: "owner", id, rev, banned: banned ?? false, credits: credits < FEED_CREDITS_TOLD ? credits : "some" };
}
