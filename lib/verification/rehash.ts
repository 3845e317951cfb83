import "server-only";
import type { Credential } from "@latchkey/rule/credentials";
import { sql } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { currentSecretId, formerSecret } from "./hash-secrets";
import { hashCredential, inArray } from "./hashes";
import { inOneGo } from "./in-one-go";
import { knownSalt } from "./salt";
import { sealCredential } from "./seals";

const FLUSH_MS = 250;
const MAX_WAITING = 10_000;
const CHUNK = 500;

// Only the row that still has the hash gets the new one, so whoever gave the key another credential meanwhile wins. Rows that
// others hold are left to the next verification: nobody waits for this, and it waits for nobody. A replaced credential changes
// its key as well (the feed's trigger), and whoever regenerates holds the key first.
const rehash = (table: string, primaryKey: string, part: string, isSealed = true) => {
  const isReplaced = table === "replaced_credentials";
  return statement(
    `rehash-${table}-${part}`,
    { kept: int },
    `UPDATE ${table} t SET ${part}_hash = h.made, ${part}_hashed_under = $under${isSealed ? `, ${part}_seal = h.seal` : ""}
     FROM unnest($stored::bytea[], $made::bytea[], $seals::bytea[]) AS h(stored, made, seal)
     WHERE t.${part}_hash = h.stored AND t.${primaryKey} IN (
       SELECT own.${primaryKey} FROM ${table} own ${isReplaced ? "JOIN api_keys k ON k.id = own.key_id" : ""}
       WHERE own.${part}_hash = ANY($stored::bytea[])
       ${isReplaced ? "FOR NO KEY UPDATE OF k SKIP LOCKED" : ""} FOR UPDATE OF own SKIP LOCKED)
     RETURNING 1 AS kept`,
  );
};

const REHASH = {
  key: rehash("api_keys", "id", "credential"),
  secret: rehash("api_keys", "id", "secret"),
  replaced_key: rehash("replaced_credentials", "credential_hash", "credential"),
  replaced_secret: rehash("replaced_credentials", "credential_hash", "secret"),
  service: rehash("service_credentials", "id", "credential", false),
} as const;

/** What a hash is of. */
export type Hashed = keyof typeof REHASH;

type Hash = { of: Hashed; stored: string; made: string; seal: string | null };

/** How a credential is stored: its hash, which secret made that, and whether its digest is sealed beside it. */
type Stored = { hash: Uint8Array; hashedUnder: string | null; isSealed: boolean };

let waiting = new Map<string, Hash>();
let flushing: Promise<void> = Promise.resolve();
const queue = inOneGo(FLUSH_MS, flush);

/**
 * Has a credential, which was found by the hash that is stored, hashed under the current secret a little later, or has it noted that
 * it is, and has its digest sealed for verifiers where it is not. Never from the next secret: who has that one as the current one
 * moved it there. What does not fit into the queue is seen again.
 */
export function keepUnderCurrent(of: Hashed, credential: Credential, { hash, hashedUnder, isSealed }: Stored): void {
  const isCurrent = hashedUnder === currentSecretId();
  if ((isCurrent && isSealed) || waiting.size >= MAX_WAITING) return;
  const salt = of === "service" ? null : knownSalt();
  const { KEY_HASH_SECRET } = env();
  const [stored, made] = [inArray(hash), hashCredential(credential, KEY_HASH_SECRET)];
  const sealed = salt === null ? null : sealCredential(credential, made, KEY_HASH_SECRET, salt);
  if (isCurrent && sealed === null) return;
  const former = formerSecret();
  const isFormer = former !== null && stored === inArray(hashCredential(credential, former));
  if (stored !== inArray(made) && !isFormer) return;
  if (waiting.size === 0) queue.begin();
  waiting.set(`${of} ${stored}`, { of, stored, made: inArray(made), seal: sealed && inArray(sealed) });
}

/** Done when everything seen so far is stored anew, or let go: at most a few seconds. Never rejects. */
export function hashesKept(): Promise<void> {
  return queue.done();
}

function flush(): Promise<void> {
  flushing = flushing.then(keepAll);
  return flushing;
}

async function keepAll(): Promise<void> {
  const hashes = [...waiting.values()];
  waiting = new Map();
  for (const of of Object.keys(REHASH) as Hashed[]) {
    const rows = hashes.filter((hash) => hash.of === of);
    for (let start = 0; start < rows.length; start += CHUNK) await keep(of, rows.slice(start, start + CHUNK));
  }
}

async function keep(of: Hashed, rows: readonly Hash[]): Promise<void> {
  const values = {
    stored: rows.map(({ stored }) => stored),
    made: rows.map(({ made }) => made),
    seals: rows.map(({ seal }) => seal),
    under: currentSecretId(),
  };
  try {
    const kept = await sql(REHASH[of], values);
    if (kept.length > 0) log.info({ of, rows: kept.length }, "hashes are under the current KEY_HASH_SECRET, and digests sealed");
  } catch (error) {
    log.warn({ of, rows: rows.length, ...causeOf(error) }, "hashes were left as they are");
  }
}
