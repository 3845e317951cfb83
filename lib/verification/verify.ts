import "server-only";
import { type Credential, parseCredential } from "@latchkey/rule/credentials";
import type { LimitedCall } from "@latchkey/rule/limits";
import { describeMalformed } from "@latchkey/rule/malformed";
import { readLife, selectLife } from "@latchkey/rule/sql";
import { checkKey, type KeyFacts } from "@latchkey/rule/validity";
import type { ValidityCode } from "@latchkey/rule/verdicts";
import { lookUp } from "@/lib/database/client";
import { LIFE, LIMITS, readLimits, selectLimits } from "@/lib/database/key-columns";
import { bool, bytes, instant, int, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { verifications } from "@/lib/metrics/counters";
import { reading } from "@/lib/metrics/registry";
import { unavailable } from "@/lib/values/errors";
import { throughBreaker } from "./breaker";
import { countVerification } from "./counts";
import { credentialHashes, inArray, matchesHash } from "./hashes";
import { learnFormsOf, readCredential } from "./read-forms";
import { noteRefusal } from "./refusals";
import { keepUnderCurrent } from "./rehash";

export type VerifyInput = LimitedCall & { key: string; secret?: string | null; cost: number };

type SecretHash = { secretHash: Uint8Array | null; secretHashedUnder: string | null; isSecretSealed: boolean };
/** `readAt` is by the database's clock, which is everybody's. */
type Found = { id: number; uuid: string; name: string; userId: string; readAt: Date; isUnused: boolean };
type FoundKey = KeyFacts & SecretHash & Found;

/**
 * `key` is null when no key has the credential; `malformed` says why none can have it, as the end of a sentence, where its
 * form shows it.
 */
export type Verdict = {
  code: ValidityCode;
  key: Omit<FoundKey, keyof SecretHash | "readAt" | "isUnused"> | null;
  malformed: string | null;
};

const FOUND = {
  hash: bytes,
  id: int,
  uuid,
  name: text,
  user_id: uuid,
  ...LIMITS,
  ...LIFE,
  secret_hash: nullable(bytes),
  hashed_under: nullable(text),
  secret_hashed_under: nullable(text),
  replaced_until: nullable(instant),
  credits: int,
  banned: bool,
  is_sealed: bool,
  is_secret_sealed: bool,
  is_unused: bool,
  read_at: instant,
};

type Row = RowOf<typeof FOUND>;

const FACTS = `k.id, k.uuid, k.name, k.user_id, ${selectLimits("k")}, ${selectLife("k")}, u.credits, u.banned,
  k.last_used_at IS NULL AS is_unused, now() AS read_at`;

const CURRENT = `SELECT k.credential_hash AS hash, k.secret_hash, ${hashedUnder("k")}, NULL::timestamptz AS replaced_until, ${FACTS}
  FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.credential_hash`;

const REPLACED = `SELECT r.credential_hash AS hash, r.secret_hash, ${hashedUnder("r")}, r.valid_until AS replaced_until, ${FACTS}
  FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id JOIN users u ON u.id = k.user_id WHERE r.credential_hash`;

function hashedUnder(table: string): string {
  return `${table}.credential_hashed_under AS hashed_under, ${table}.secret_hashed_under,
    ${table}.credential_seal IS NOT NULL AS is_sealed, ${table}.secret_seal IS NOT NULL AS is_secret_sealed`;
}

export const FIND_CURRENT = statement("find-key", FOUND, `${CURRENT} = $hash`);
const FIND_REPLACED = statement("find-replaced-key", FOUND, `${REPLACED} = $hash`);
const FIND_MANY_CURRENT = statement("find-keys", FOUND, `${CURRENT} = ANY($hashes::bytea[])`);
const FIND_MANY_REPLACED = statement("find-replaced-keys", FOUND, `${REPLACED} = ANY($hashes::bytea[])`);

/** Whether a credential may be used for a call. Reads one row and writes nothing; a malformed one is refused unread. */
export async function verifyKey(input: VerifyInput): Promise<Verdict> {
  const credential = parseCredential(input.key) ?? (await readCredential(input.key));
  const found = credential ? await findKey(credential).catch(failed(1)) : null;
  if (found?.secretHash && input.secret) await learnFormsOf([input.secret]);
  return judge(input, found);
}

/** The same for many at once, in the order asked: one query for all of them. */
export async function verifyKeys(inputs: readonly VerifyInput[]): Promise<Verdict[]> {
  await learnFormsOf(inputs.flatMap(({ key, secret }) => (secret ? [key, secret] : [key])));
  const credentials = inputs.map((input) => parseCredential(input.key));
  const asked = new Set(credentials.filter((credential) => credential !== null));
  const found = asked.size > 0 ? await throughBreaker(() => findKeys(asked)).catch(failed(inputs.length)) : null;
  return inputs.map((input, index) => judge(input, found?.get(credentials[index] ?? "") ?? null));
}

function failed(count: number): (error: unknown) => never {
  return (error) => {
    verifications.inc({ code: "UNAVAILABLE" }, count);
    throw error;
  };
}

function judge(input: VerifyInput, found: FoundKey | null): Verdict {
  const code = checkKey(found, {
    ...input,
    now: found?.readAt ?? new Date(),
    secretMatches: typeof input.secret === "string" ? secretMatches(input.secret, found) : null,
  });
  verifications.inc({ code });
  if (!found || code === "NOT_FOUND") return { code, key: null, malformed: describeMalformed(input.key) };
  countVerification(found.id, code, found.isUnused);
  if (code !== "VALID") noteRefusal(found.id, code, input.permission);
  return { code, key: found, malformed: null };
}

const MAX_LOOKUPS = 2;
const MAX_GROUP = 1000;
/** Of those that wait. */
const MAX_WAITING = 20_000;

type Waiting = { credential: Credential; resolve: (found: FoundKey | null) => void; reject: (error: unknown) => void };

let lookups = 0;
let waiting: Waiting[] = [];
reading("latchkey_verification_lookups_waiting", "Look-ups that wait for others to end.", () => waiting.length);

/**
 * A call that finds lookups under way waits for one to end and is looked up together with all who came meanwhile, in one
 * query. Nobody waits for company, and what is read is never older than the call that asked.
 */
function findKey(credential: Credential): Promise<FoundKey | null> {
  if (lookups < MAX_LOOKUPS) return counted(throughBreaker(() => findOne(credential)));
  if (waiting.length >= MAX_WAITING) return Promise.reject(unavailable(1));
  return new Promise((resolve, reject) => waiting.push({ credential, resolve, reject }));
}

async function counted<Result>(lookup: Promise<Result>): Promise<Result> {
  lookups += 1;
  try {
    return await lookup;
  } finally {
    lookups -= 1;
    const group = waiting.slice(0, MAX_GROUP);
    waiting = waiting.slice(group.length);
    if (group.length > 0) void counted(findGroup(group));
  }
}

async function findGroup(group: Waiting[]): Promise<void> {
  try {
    const found = await throughBreaker(() => findKeys(new Set(group.map(({ credential }) => credential))));
    for (const { credential, resolve } of group) resolve(found.get(credential) ?? null);
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

async function findOne(credential: Credential): Promise<FoundKey | null> {
  const [hash, ...others] = credentialHashes(credential);
  // Asked about one after the other, a key that is moved to another hash in between would not be found.
  if (!hash || others.length > 0) return (await findKeys(new Set([credential]))).get(credential) ?? null;
  const [current] = await lookUp(FIND_CURRENT, { hash });
  if (current) return fromRow(current, credential);
  const [replaced] = await lookUp(FIND_REPLACED, { hash });
  return replaced ? fromRow(replaced, credential) : null;
}

async function findKeys(credentials: Set<Credential>): Promise<Map<string, FoundKey>> {
  const found = new Map<string, FoundKey>();
  const byHash = new Map(
    [...credentials].flatMap((credential) => credentialHashes(credential).map((hash) => [inArray(hash), credential])),
  );
  const collect = (rows: Row[]) => {
    for (const row of rows) {
      const hash = inArray(row.hash);
      const credential = byHash.get(hash);
      if (credential) found.set(credential, fromRow(row, credential));
      byHash.delete(hash);
    }
  };
  collect(await lookUp(FIND_MANY_CURRENT, { hashes: [...byHash.keys()] }));
  if (found.size < credentials.size) collect(await lookUp(FIND_MANY_REPLACED, { hashes: [...byHash.keys()] }));
  return found;
}

function fromRow(row: Row, credential: Credential): FoundKey {
  keepUnderCurrent(row.replaced_until ? "replaced_key" : "key", credential, {
    hash: row.hash,
    hashedUnder: row.hashed_under,
    isSealed: row.is_sealed,
  });
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    userId: row.user_id,
    ...readLimits(row),
    ...readLife(row),
    secretHash: row.secret_hash,
    secretHashedUnder: row.secret_hashed_under,
    isSecretSealed: row.is_secret_sealed,
    replacedUntil: row.replaced_until,
    owner: { credits: row.credits, banned: row.banned },
    isUnused: row.is_unused,
    readAt: row.read_at,
  };
}

function secretMatches(secret: string, found: FoundKey | null): boolean {
  const credential = parseCredential(secret);
  const stored = found?.secretHash ?? null;
  if (!found || !credential || !stored) return false;
  if (!credentialHashes(credential).some((hash) => matchesHash(hash, stored))) return false;
  keepUnderCurrent(found.replacedUntil ? "replaced_secret" : "secret", credential, {
    hash: stored,
    hashedUnder: found.secretHashedUnder,
    isSealed: found.isSecretSealed,
  });
  return true;
}
