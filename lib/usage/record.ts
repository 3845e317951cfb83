import "server-only";
import { parseCredential } from "@latchkey/rule/credentials";
import { sql, transaction } from "@/lib/database/client";
import { int, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { credentialHashes } from "@/lib/verification/hashes";
import type { UsageInput } from "./schemas";

export type Outcome = "accepted" | "duplicate" | "unknown_key";

const KEY = { ref: text, key_id: int, user_id: uuid };
type KeyRow = RowOf<typeof KEY>;

/**
 * Counts reported calls, each exactly once per key and id, in one transaction: events, the keys' counters, day totals,
 * one ledger entry per owner and, through it, the balance. Everything but the events is computed from the events that
 * were really inserted, so a repeat, whenever and from wherever it comes, changes nothing.
 * @returns what became of each input, in the same order
 */
export async function recordUsage(inputs: readonly UsageInput[]): Promise<Outcome[]> {
  const refs = refsOf(inputs);
  const keys = await findKeys(new Set(refs.flat()));
  const known = inputs.flatMap((input, index) => {
    const key = refs[index]?.map((ref) => keys.get(ref)).find(Boolean);
    return key ? [{ input, index, key }] : [];
  });
  const outcomes = inputs.map((): Outcome => "unknown_key");
  if (known.length === 0) return outcomes;

  const inserted = new Set(await insert(known));
  for (const { input, index, key } of known) {
    const id = `${key.key_id} ${input.id}`;
    // Of repeats inside one batch the first is the one that counts.
    outcomes[index] = inserted.delete(id) ? "accepted" : "duplicate";
  }
  return outcomes;
}

// Owners are locked first and in one order. Events of one key belong to one owner, so whoever holds the owners' locks
// meets nobody else on the events, the keys' counters, the day totals or the balance: no deadlock, no double count.
const LOCK_OWNERS = statement(
  "lock-owners",
  { id: uuid },
  "SELECT id FROM users WHERE id = ANY($owners::uuid[]) ORDER BY id FOR NO KEY UPDATE",
);

const INSERT_USAGE = statement(
  "insert-usage",
  { id: text },
  `WITH inserted AS (
     INSERT INTO usage_events (key_id, event_id, user_id, delta, at, endpoint, request_id, meta)
     SELECT * FROM unnest($keyIds::int[], $eventIds::text[], $userIds::uuid[], $deltas::int[], $instants::timestamptz[],
       $endpoints::text[], $requestIds::text[], $metas::json[])
     ON CONFLICT (key_id, event_id) DO NOTHING
     RETURNING key_id, event_id, user_id, delta, at
   ),
   counted AS (
     UPDATE api_keys k SET total_uses = total_uses + n.calls, last_used_at = greatest(k.last_used_at, n.last)
     FROM (SELECT key_id, count(*) AS calls, max(at) AS last FROM inserted GROUP BY key_id) n WHERE k.id = n.key_id
   ),
   totalled AS (
     INSERT INTO usage_days (key_id, user_id, day, calls, credits)
     SELECT key_id, user_id, (at AT TIME ZONE 'UTC')::date, count(*), sum(delta) FROM inserted GROUP BY 1, 2, 3
     ON CONFLICT (key_id, day) DO UPDATE SET calls = usage_days.calls + excluded.calls, credits = usage_days.credits + excluded.credits
   ),
   charged AS (
     INSERT INTO credit_entries (user_id, amount, kind)
     SELECT user_id, -sum(delta), 'usage' FROM inserted GROUP BY user_id HAVING sum(delta) <> 0
   )
   SELECT key_id || ' ' || event_id AS id FROM inserted`,
);

type Known = { input: UsageInput; key: KeyRow };

async function insert(events: readonly Known[]): Promise<string[]> {
  const now = new Date();
  const column = <T>(pick: (event: Known) => T) => events.map(pick);
  const owners = [...new Set(column(({ key }) => key.user_id))];
  return transaction(async (run) => {
    await run(LOCK_OWNERS, { owners });
    const rows = await run(INSERT_USAGE, {
      keyIds: column(({ key }) => key.key_id),
      eventIds: column(({ input }) => input.id),
      userIds: column(({ key }) => key.user_id),
      deltas: column(({ input }) => input.delta),
      instants: column(({ input }) => (typeof input.ts === "number" ? new Date(input.ts) : now)),
      endpoints: column(({ input }) => input.endpoint ?? null),
      requestIds: column(({ input }) => input.requestId ?? null),
      metas: column(({ input }) => input.meta ?? null),
    });
    return rows.map((row) => row.id);
  });
}

/**
 * What each event is matched to its key by: the credential's hashes in hex, or the key's public id. Never the credential
 * itself. A malformed credential has none. Most events of a batch share a few credentials, so each is hashed once.
 */
function refsOf(inputs: readonly UsageInput[]): string[][] {
  const hashed = new Map<string, string[]>();
  return inputs.map(({ apiKey, keyId }) => {
    if (apiKey === undefined) return keyId ? [keyId.toLowerCase()] : [];
    const known = hashed.get(apiKey);
    if (known) return known;
    const credential = parseCredential(apiKey);
    const refs = credential ? credentialHashes(credential).map((hash) => Buffer.from(hash).toString("hex")) : [];
    hashed.set(apiKey, refs);
    return refs;
  });
}

// Revoked, deleted and replaced credentials still say whose calls a late report is about.
const FIND_KEYS = statement(
  "find-usage-keys",
  KEY,
  `SELECT encode(credential_hash, 'hex') AS ref, id AS key_id, user_id FROM api_keys WHERE credential_hash = ANY($hashes::bytea[])
   UNION ALL
   SELECT encode(r.credential_hash, 'hex'), k.id, k.user_id FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id
   WHERE r.credential_hash = ANY($hashes::bytea[])
   UNION ALL
   SELECT uuid::text, id, user_id FROM api_keys WHERE uuid = ANY($uuids::uuid[])`,
);

async function findKeys(refs: ReadonlySet<string>): Promise<Map<string, KeyRow>> {
  if (refs.size === 0) return new Map();
  const isUuid = (ref: string) => ref.includes("-");
  const hashes = [...refs].filter((ref) => !isUuid(ref)).map((ref) => `\\x${ref}`);
  const rows = await sql(FIND_KEYS, { hashes, uuids: [...refs].filter(isUuid) });
  return new Map(rows.map((row) => [row.ref, row]));
}
