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

const FLUSH_MS = 250;
const MAX_WAITING = 10_000;
const CHUNK = 500;

// Only the row that still has the hash gets the new one, so whoever gave the key another credential meanwhile wins. Rows that
// others hold are left to the next verification: nobody waits for this, and it waits for nobody.
const rehash = (table: string, primaryKey: string, part: string) =>
  statement(
    `rehash-${table}-${part}`,
    { kept: int },
    `UPDATE ${table} t SET ${part}_hash = h.made, ${part}_hashed_under = $under
     FROM unnest($stored::bytea[], $made::bytea[]) AS h(stored, made)
     WHERE t.${part}_hash = h.stored AND t.${primaryKey} IN (
       SELECT ${primaryKey} FROM ${table} WHERE ${part}_hash = ANY($stored::bytea[]) FOR UPDATE SKIP LOCKED)
     RETURNING 1 AS kept`,
  );

const REHASH = {
  key: rehash("api_keys", "id", "credential"),
  secret: rehash("api_keys", "id", "secret"),
  replaced_key: rehash("replaced_credentials", "credential_hash", "credential"),
  replaced_secret: rehash("replaced_credentials", "credential_hash", "secret"),
  service: rehash("service_credentials", "id", "credential"),
} as const;

/** What a hash is of. */
export type Hashed = keyof typeof REHASH;

type Hash = { of: Hashed; stored: string; made: string };

let waiting = new Map<string, Hash>();
let flushing: Promise<void> = Promise.resolve();
const queue = inOneGo(FLUSH_MS, flush);

/**
 * Has a credential, which was found by the hash `stored`, hashed under the current secret a little later, or has it noted that
 * it is. Never from the next secret: who has that one as the current one moved it there. What does not fit into the queue is
 * seen again.
 */
export function keepUnderCurrent(of: Hashed, credential: Credential, stored: Uint8Array, hashedUnder: string | null): void {
  if (hashedUnder === currentSecretId() || waiting.size >= MAX_WAITING) return;
  const hash = { of, stored: inArray(stored), made: inArray(hashCredential(credential, env().KEY_HASH_SECRET)) };
  const former = formerSecret();
  const isFormer = former !== null && hash.stored === inArray(hashCredential(credential, former));
  if (hash.stored !== hash.made && !isFormer) return;
  if (waiting.size === 0) queue.begin();
  waiting.set(`${of} ${hash.stored}`, hash);
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
  const values = { stored: rows.map(({ stored }) => stored), made: rows.map(({ made }) => made), under: currentSecretId() };
  try {
    const kept = await sql(REHASH[of], values);
    if (kept.length > 0) log.info({ of, rows: kept.length }, "hashes are under the current KEY_HASH_SECRET");
  } catch (error) {
    log.warn({ of, rows: rows.length, ...causeOf(error) }, "hashes were left as they are");
  }
}
