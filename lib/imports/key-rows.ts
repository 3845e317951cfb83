import "server-only";
import { randomUUID } from "node:crypto";
import { maskedJson } from "@latchkey/rule/masked-json";
import { DEFAULT_PERMISSIONS } from "@latchkey/rule/permissions";
import type { Run } from "@/lib/database/client";
import { int, statement, uuid } from "@/lib/database/statements";
import { NEW_ACCOUNT_ID } from "@/lib/keys/create";
import { inArray } from "@/lib/verification/hashes";
import type { StoredCredential } from "./credentials";
import type { KeyRecord } from "./records";
import type { ImportRun } from "./run";
import type { Place } from "./seen";
import { actingValues, auditEach } from "./user-rows";

export type ReplacedRow = { stored: StoredCredential; replacedAt: Date; validUntil: Date };
export type KeyRow = {
  place: Place;
  record: KeyRecord;
  stored: StoredCredential;
  replaced: ReplacedRow[];
  source: string;
  userId: string;
};

const COLUMNS = {
  uuid: "uuid",
  user_id: "uuid",
  name: "text",
  format: "key_format",
  hint: "text",
  credential_hash: "bytea",
  secret_hash: "bytea",
  credential_hashed_under: "text",
  secret_hashed_under: "text",
  credential_seal: "bytea",
  secret_seal: "bytea",
  permissions: "json",
  created_at: "timestamptz",
  expires_at: "timestamptz",
  last_used_at: "timestamptz",
  total_uses: "bigint",
  revoked_at: "timestamptz",
  revoked_by: "text",
  disabled_at: "timestamptz",
  disabled_by: "text",
  note: "text",
  self_rotation: "boolean",
  source: "text",
  former_id: "text",
  weak: "boolean",
} as const;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];
const GIVEN = NAMES.map((name) => `$${name}::${COLUMNS[name]}[]`).join(", ");

// A key of somebody whose address nobody has shown to be theirs is unproven, as one that is made here.
const INSERT = statement(
  "import-keys",
  { id: int, uuid },
  `WITH given AS (SELECT * FROM unnest(${GIVEN}, $said::text[]) AS g (${NAMES.join(", ")}, said)),
   accounts AS (
     INSERT INTO api_accounts (id, account_id, user_id, name)
     SELECT gen_random_uuid(), ${NEW_ACCOUNT_ID}, user_id, 'API account' FROM (SELECT DISTINCT user_id FROM given) owners
     WHERE NOT EXISTS (SELECT 1 FROM api_accounts a WHERE a.user_id = owners.user_id)
     ON CONFLICT (user_id) DO NOTHING
   ),
   made AS (
     INSERT INTO api_keys (${NAMES.join(", ")}, made_unproven)
     SELECT ${NAMES.map((name) => `given.${name}`).join(", ")}, u.unproven AND NOT u.email_verified
     FROM given JOIN users u ON u.id = given.user_id
     ON CONFLICT DO NOTHING RETURNING id, uuid
   ),
   said AS (SELECT id AS target_id, said FROM given JOIN made USING (uuid)),
   audited AS (${auditEach("api_key.imported", "api_key", "said")})
   SELECT id, uuid FROM made`,
);

const REPLACED = statement(
  "import-replaced-credentials",
  {},
  `INSERT INTO replaced_credentials (key_id, format, hint, credential_hash, secret_hash, credential_hashed_under, secret_hashed_under,
     credential_seal, secret_seal, replaced_at, valid_until)
   SELECT * FROM unnest($keys::int[], $formats::key_format[], $hints::text[], $hashes::bytea[], $secretHashes::bytea[], $under::text[],
     $secretUnder::text[], $seals::bytea[], $secretSeals::bytea[], $replacedAt::timestamptz[], $validUntil::timestamptz[])`,
);

const TAKEN_UUIDS = statement("keys-by-uuid", { uuid }, "SELECT uuid FROM api_keys WHERE uuid = ANY($uuids::uuid[])");

/** Answers those that are there now: somebody else's may have the credential since they were looked for. */
export async function insertKeys(run: Run, of: ImportRun, rows: KeyRow[]): Promise<KeyRow[]> {
  const uuids = await chooseUuids(run, rows);
  const now = new Date();
  const columns = rows.map((row, place) => columnsOf(row, uuids[place] ?? "", now));
  const values = Object.fromEntries(NAMES.map((name) => [name, columns.map((each) => each[name])]));
  const said = rows.map((row, place) => saidOf(row, uuids[place] ?? ""));
  const ids = new Map((await run(INSERT, { ...values, ...actingValues(of), said })).map(({ id, uuid: made }) => [made, id]));
  const made = rows.flatMap((row, place) => {
    const id = ids.get(uuids[place] ?? "");
    return id === undefined ? [] : [{ row, id }];
  });
  await addReplaced(
    run,
    made.flatMap(({ row, id }) => row.replaced.map((each) => ({ id, ...each }))),
  );
  return made.map(({ row }) => row);
}

async function chooseUuids(run: Run, rows: KeyRow[]): Promise<string[]> {
  const wanted = rows.flatMap(({ record }) => record.uuid ?? []);
  const taken = new Set(wanted.length === 0 ? [] : (await run(TAKEN_UUIDS, { uuids: wanted })).map((row) => row.uuid));
  return rows.map(({ record }) => {
    const uuidOf = record.uuid !== undefined && !taken.has(record.uuid) ? record.uuid : randomUUID();
    taken.add(uuidOf);
    return uuidOf;
  });
}

function columnsOf({ record, stored, source, userId }: KeyRow, uuidOf: string, now: Date): Record<Column, unknown> {
  const at = (instant: Date | undefined) => instant?.toISOString() ?? null;
  const isEnded = record.active === false && !record.disabled_at;
  const revokedAt = record.revoked_at ?? (isEnded ? now : undefined);
  return {
    uuid: uuidOf,
    user_id: userId,
    name: record.name,
    format: stored.format,
    hint: stored.hint,
    credential_hash: asBytes(stored.hash),
    secret_hash: asBytes(stored.secretHash),
    credential_hashed_under: stored.under,
    secret_hashed_under: stored.secretUnder,
    credential_seal: stored.seal && inArray(stored.seal),
    secret_seal: stored.secretSeal && inArray(stored.secretSeal),
    permissions: JSON.stringify(record.permissions ?? DEFAULT_PERMISSIONS),
    created_at: at(record.created_at ?? now),
    expires_at: at(record.expires_at),
    last_used_at: at(record.last_used_at),
    total_uses: record.total_uses ?? 0,
    revoked_at: at(revokedAt),
    revoked_by: revokedAt ? (record.revoked_by ?? null) : null,
    disabled_at: at(record.disabled_at),
    disabled_by: record.disabled_at ? (record.disabled_by ?? null) : null,
    note: record.note ?? null,
    self_rotation: record.self_rotation ?? false,
    source,
    former_id: record.id ?? null,
    weak: stored.isWeak,
  };
}

function asBytes(hash: string | null): string | null {
  return hash === null ? null : inArray(Buffer.from(hash, "latin1"));
}

async function addReplaced(run: Run, rows: (ReplacedRow & { id: number })[]): Promise<void> {
  if (rows.length === 0) return;
  const of = <Value>(read: (stored: StoredCredential) => Value) => rows.map(({ stored }) => read(stored));
  await run(REPLACED, {
    keys: rows.map(({ id }) => id),
    formats: of(({ format }) => format),
    hints: of(({ hint }) => hint),
    hashes: of(({ hash }) => asBytes(hash)),
    secretHashes: of(({ secretHash }) => asBytes(secretHash)),
    under: of(({ under }) => under),
    secretUnder: of(({ secretUnder }) => secretUnder),
    seals: of(({ seal }) => seal && inArray(seal)),
    secretSeals: of(({ secretSeal }) => secretSeal && inArray(secretSeal)),
    replacedAt: rows.map(({ replacedAt }) => replacedAt.toISOString()),
    validUntil: rows.map(({ validUntil }) => validUntil.toISOString()),
  });
}

function saidOf({ record, stored, source, userId }: KeyRow, uuidOf: string): string {
  return maskedJson({
    uuid: uuidOf,
    name: record.name,
    format: stored.format,
    hint: stored.hint,
    permissions: record.permissions ?? DEFAULT_PERMISSIONS,
    expires_at: record.expires_at?.toISOString() ?? null,
    ...(stored.isWeak && { weak: true }),
    source,
    former_id: record.id ?? null,
    owner_id: userId,
  });
}
