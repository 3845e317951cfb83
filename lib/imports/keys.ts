import "server-only";
import { MIN_BODY_LENGTH } from "@latchkey/rule/forms";
import { sql, transaction } from "@/lib/database/client";
import { bytes, nullable, statement, text, uuid } from "@/lib/database/statements";
import { inArray } from "@/lib/verification/hashes";
import { formsOf, type StoredCredential, storeCredential } from "./credentials";
import { idOf, notAhead } from "./fields";
import { insertKeys, type KeyRow, type ReplacedRow } from "./key-rows";
import { findOwners } from "./owners";
import type { KeyRecord } from "./records";
import type { Fields } from "./rows";
import { eachBatch, type ImportRun, recordOf } from "./run";
import type { Place } from "./seen";

/** A row whose credentials are hashes already. */
type FoundKey = { place: Place; record: KeyRecord; stored: StoredCredential; replaced: ReplacedRow[]; source: string };

// Each value is looked up by itself, in an index: a plan that was made while the tables were empty stays in use as they fill.
const BY_ID = statement(
  "imported-keys",
  { source: text, id: text },
  `SELECT k.source, k.former_id AS id FROM unnest($sources::text[], $ids::text[]) AS g (source, id)
   CROSS JOIN LATERAL (SELECT source, former_id FROM api_keys WHERE source = g.source AND former_id = g.id OFFSET 0) k`,
);
const BY_HASH = statement(
  "keys-of-hashes",
  { hash: bytes, user_id: uuid, source: nullable(text), former_id: nullable(text) },
  `SELECT g.hash, k.user_id, k.source, k.former_id FROM unnest($hashes::bytea[]) AS g (hash)
   CROSS JOIN LATERAL (SELECT user_id, source, former_id FROM api_keys WHERE credential_hash = g.hash OFFSET 0) k
   UNION ALL
   SELECT g.hash, k.user_id, k.source, k.former_id FROM unnest($hashes::bytea[]) AS g (hash)
   CROSS JOIN LATERAL (SELECT key_id FROM replaced_credentials WHERE credential_hash = g.hash OFFSET 0) r
   JOIN api_keys k ON k.id = r.key_id`,
);

const SAME = "Another key has the same credential.";

export async function importKeys(run: ImportRun): Promise<void> {
  await eachBatch(
    run,
    ["key"],
    (_, fields, place) => checkKey(run, fields, place),
    (batch) => writeKeys(run, batch),
  );
  // Those that no new key has.
  if (!run.isDry) await transaction((ask) => run.forms.write(ask));
}

function checkKey(run: ImportRun, fields: Fields, place: Place): FoundKey | null {
  const row = recordOf(run, "key", fields, place);
  if (!row) return null;
  const { source = run.source, ...record } = row;
  const hashed = hashKey(record, run);
  if ("refused" in hashed) return run.refuse(place, idOf(fields), hashed.refused);
  const { stored, replaced } = hashed;
  const same = record.id === undefined ? null : run.seen.note(`key ${source} ${record.id}`, place);
  if (same) return run.refuse(place, record.id, "The same id as another row.", same);
  // A credential in clear is the same under each of the secrets.
  for (const hash of [stored, ...replaced.map((each) => each.stored)].flatMap(({ candidates }) => candidates)) {
    const other = run.seen.note(`hash ${hash}`, place);
    if (other) return run.refuse(place, record.id, SAME, other);
  }
  return { place, record: withoutCredentials(record), stored, replaced, source };
}

/** What is stored of a key's credentials, once their forms are among those to be registered; or why it is refused. */
export function hashKey(
  record: KeyRecord,
  { forms, allowWeak, salt }: Pick<ImportRun, "forms" | "allowWeak" | "salt">,
): { stored: StoredCredential; replaced: ReplacedRow[] } | { refused: string } {
  if (standsElsewhere(record)) return { refused: "What opens its key stands in another field of the row too." };
  const stored = storeCredential(record, record.weak ?? false, { forms, salt });
  if ("refused" in stored) return { refused: `credential: ${stored.refused}` };
  const replaced: ReplacedRow[] = [];
  for (const each of record.replaced ?? []) {
    const former = storeCredential(each, record.weak ?? false, { forms, salt });
    if ("refused" in former) return { refused: `replaced: ${former.refused}` };
    replaced.push({ stored: former, replacedAt: each.replaced_at ?? notAhead(each.valid_until), validUntil: each.valid_until });
  }
  const all = [stored, ...replaced.map((each) => each.stored)];
  if (!allowWeak && all.some(({ isWeak }) => isWeak))
    return {
      refused: "The credential could be guessed: it has less than 112 bits. It is imported, and flagged, where such are taken.",
    };
  if (all.some((each) => formsOf(each).some((form) => !forms.add(form))))
    return { refused: "The form of its credential would be one more than can be registered." };
  return { stored, replaced };
}

/** Whether what is in clear is repeated by what is kept. */
function standsElsewhere({ id, name, note, permissions, credential, secret, replaced = [] }: KeyRecord): boolean {
  const kept = JSON.stringify([id, name, note, permissions]);
  const clear = [credential, secret, ...replaced.flatMap((former) => [former.credential, former.secret])];
  return clear.some((text) => text !== undefined && text.length >= MIN_BODY_LENGTH && kept.includes(text));
}

/** What is in clear is not kept beside its hashes. */
function withoutCredentials(record: KeyRecord): KeyRecord {
  const { credential: _, secret: __, replaced: ___, ...rest } = record;
  return rest;
}

async function writeKeys(run: ImportRun, batch: FoundKey[]): Promise<void> {
  const [ownerOf, isThere] = await Promise.all([
    findOwners(
      run,
      batch.map(({ record }) => record),
    ),
    findKeys(batch),
  ]);
  const rows = batch.flatMap((found): KeyRow[] => {
    const { place, record, source } = found;
    const owner = ownerOf(record);
    if (!owner) {
      run.refuse(place, record.id, "Its owner was not imported from this source.");
      return [];
    }
    const before = isThere(found, owner.userId);
    if (before === "this") run.counts.keys.there += 1;
    if (before === "another") run.refuse(place, record.id, SAME);
    return before ? [] : [{ ...found, source, userId: owner.userId }];
  });
  const made = run.isDry ? rows : await insert(run, rows);
  for (const { stored } of made) {
    run.counts.keys.new += 1;
    if (stored.isWeak) run.counts.keys.weak += 1;
  }
  const done = new Set(made);
  for (const row of rows) if (!done.has(row)) run.refuse(row.place, row.record.id, SAME);
}

async function insert(run: ImportRun, rows: KeyRow[]): Promise<KeyRow[]> {
  if (rows.length === 0) return [];
  await run.requireTurn();
  const made = await transaction(async (ask) => {
    await run.forms.write(ask);
    return insertKeys(ask, run, rows);
  });
  run.forms.written();
  return made;
}

/** Whether a row was imported before, or something else has its credential. */
async function findKeys(batch: FoundKey[]) {
  const named = batch.flatMap(({ source, record }) => (record.id === undefined ? [] : [{ source, id: record.id }]));
  const hashes = batch.flatMap(({ stored, replaced }) =>
    [stored, ...replaced.map((each) => each.stored)].flatMap((each) => each.candidates),
  );
  const [byId, byHash] = await Promise.all([
    sql(BY_ID, { sources: named.map(({ source }) => source), ids: named.map(({ id }) => id) }),
    sql(BY_HASH, { hashes: hashes.map((hash) => inArray(Buffer.from(hash, "latin1"))) }),
  ]);
  const ids = new Set(byId.map(({ source, id }) => `${source} ${id}`));
  const known = new Map(byHash.map((row) => [row.hash.toString("latin1"), row]));
  return ({ source, record, stored, replaced }: FoundKey, userId: string): "this" | "another" | null => {
    if (record.id !== undefined && ids.has(`${source} ${record.id}`)) return "this";
    const own = stored.candidates.map((hash) => known.get(hash)).find((row) => row !== undefined);
    if (own && record.id === undefined && own.source === source && own.former_id === null && own.user_id === userId)
      return "this";
    const isOther = own ?? replaced.some((each) => each.stored.candidates.some((hash) => known.has(hash)));
    return isOther ? "another" : null;
  };
}
