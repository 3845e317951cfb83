import "server-only";
import { type Credential, parseCredential } from "@latchkey/rule/credentials";
import { type Run, sql, transaction } from "@/lib/database/client";
import { bool, instant, int, nullable, statement, text, uuid } from "@/lib/database/statements";
import { creditsCharged, usageEvents } from "@/lib/metrics/counters";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { credentialHashes } from "@/lib/verification/hashes";
import { learnFormsOf } from "@/lib/verification/read-forms";
import { keepUnderCurrent } from "@/lib/verification/rehash";
import { storedEventId } from "./event-id";
import { INSERT_USAGE } from "./insert-usage";
import { refuseTime, type UsageInput } from "./schemas";
import { inTurn } from "./turns";

/** `refused` is a sentence; a conflict is a repeat that names another cost. */
export type Outcome = "accepted" | "duplicate" | "conflict" | "unknown_key" | "foreign_owner" | { refused: string };

/** A call as it was reported; what is left out was not said. */
export type ReportedCall = Pick<UsageInput, "id" | "delta"> & Partial<UsageInput>;

type Key = { id: number; ownerId: string };

/** Of a report of one call. `bodyHash`: null where the same bytes may come again and be another call. */
export type OneCall = { bodyHash: Buffer | null; isReplayable: boolean };

/** Asked with the credits of what is new, in the transaction that counts it: what it throws undoes the whole. */
export type Allow = (credits: number, run: Run) => Promise<void>;

/** `signedAt`: null for a signature that does not say; `one`: left out for a batch; `owners`: of whom it may be, null for all. */
export type Report = {
  signedAt?: Date | null;
  one?: OneCall;
  owners?: ReadonlySet<string> | null;
  allow?: Allow | undefined;
};

/** How far the time of a signature may be off, either way. */
const MAX_SIGNATURE_AGE_MS = 5 * 60 * 1000;

/**
 * Counts reported calls, each exactly once per key and id, in one transaction: events, the keys' counters, day totals,
 * one ledger entry per owner and, through it, the balance. Everything but the events is computed from the events that
 * were really inserted, so a repeat, whenever and from wherever it comes, changes nothing.
 * @returns what became of each input, in the same order
 * @throws AppError INVALID_SIGNATURE where the signature was made more than five minutes from now, by the database's clock
 */
export async function recordUsage(
  inputs: readonly ReportedCall[],
  { signedAt, one, owners: allowed = null, allow }: Report = {},
): Promise<Outcome[]> {
  if (inputs.length === 0 && !signedAt) return [];
  await learnFormsOf([...new Set(inputs.flatMap(({ apiKey }) => apiKey ?? []))]);
  const { refs, credentials } = refsOf(inputs);
  const { now, keys } = await findKeys(new Set(refs.flat()), credentials);
  if (signedAt && Math.abs(signedAt.getTime() - now.getTime()) > MAX_SIGNATURE_AGE_MS) throw new AppError("INVALID_SIGNATURE");
  const outcomes = inputs.map(({ ts }): Outcome => {
    const refused = typeof ts === "number" ? refuseTime(ts, now) : null;
    return refused ? { refused } : "unknown_key";
  });
  const known = inputs.flatMap((input, index) => {
    const key = refs[index]?.map((ref) => keys.get(ref)).find(Boolean);
    if (key && allowed?.has(key.ownerId) === false) outcomes[index] = "foreign_owner";
    return key && outcomes[index] === "unknown_key" ? [{ input, index, key, id: storedEventId(input.id) }] : [];
  });
  usageEvents.inc({ outcome: "rejected" }, inputs.length - known.length);
  if (known.length === 0) return outcomes;

  const owners = [...new Set(known.map(({ key }) => key.ownerId))];
  // Of repeats inside one batch the first is the one that counts.
  const firsts = new Map(known.toReversed().map((call) => [nameOf(call), call]));
  const { inserted, deltas, uncharged } = await inTurn(owners, () => insert([...firsts.values()], owners, now, { one, allow }));
  let charged = -uncharged;
  for (const call of known) {
    const { delta } = call.input;
    const first = firsts.get(nameOf(call));
    const outcome = first === call && inserted.has(nameOf(call)) ? "accepted" : "duplicate";
    const counted = deltas.get(nameOf(call)) ?? first?.input.delta;
    outcomes[call.index] = counted === delta ? outcome : "conflict";
    usageEvents.inc({ outcome });
    if (outcome === "accepted") charged += delta;
  }
  creditsCharged.inc(charged);
  return outcomes;
}

// Owners are locked first and in one order. Events of one key belong to one owner, so whoever holds the owners' locks
// meets nobody else on the events, the keys' counters, the day totals or the balance: no deadlock, no double count.
const LOCK_OWNERS = statement(
  "lock-owners",
  { id: uuid },
  "SELECT id FROM users WHERE id = ANY($owners::uuid[]) ORDER BY id FOR NO KEY UPDATE",
);

const FIND_DELTAS = statement(
  "find-usage-deltas",
  { id: text, delta: int },
  `SELECT e.key_id || ' ' || e.event_id AS id, e.delta
   FROM unnest($keyIds::int[], $eventIds::text[]) AS r(key_id, event_id) JOIN usage_events e USING (key_id, event_id)`,
);

/** `id` as it is kept. */
type Known = { input: ReportedCall; index: number; key: Key; id: string };

function nameOf({ key, id }: Known): string {
  return `${key.id} ${id}`;
}

/** By key and id: what was inserted, and, where there are repeats, the costs that count. */
type Inserted = { inserted: Set<string>; deltas: Map<string, number>; uncharged: number };

async function insert(
  events: readonly Known[],
  owners: readonly string[],
  now: Date,
  { one, allow }: Pick<Report, "one" | "allow">,
): Promise<Inserted> {
  const column = <T>(pick: (event: Known) => T) => events.map(pick);
  const { MAX_OVERDRAFT: maxOverdraft } = env();
  const isBounded = maxOverdraft !== undefined;
  const insertUsage = INSERT_USAGE[one ? "one" : "several"][isBounded ? "bounded" : "unbounded"];
  return transaction(async (run) => {
    await run(LOCK_OWNERS, { owners });
    const [keyIds, eventIds] = [column(({ key }) => key.id), column(({ id }) => id)];
    const rows = await run(insertUsage, {
      keyIds,
      eventIds,
      userIds: column(({ key }) => key.ownerId),
      deltas: column(({ input }) => input.delta),
      instants: column(({ input }) => (typeof input.ts === "number" ? new Date(input.ts) : now)),
      endpoints: column(({ input }) => input.endpoint?.value ?? null),
      requestIds: column(({ input }) => input.requestId?.value ?? null),
      metas: column(({ input }) => input.meta?.value ?? null),
      // Until the version before has gone, and what it stored is masked, an id may be there as it came.
      formerIds: column(({ input, id }) => (id === input.id ? null : input.id)),
      haveTs: column(({ input }) => typeof input.ts === "number"),
      ...one,
      ...(isBounded && { maxOverdraft }),
    });
    const inserted = new Set(rows.map((row) => row.id));
    // What is repeated was allowed when it was new: it gets the answer of then, whatever the bounds are now.
    await allow?.(sumCredits(events.filter((event) => inserted.has(nameOf(event)))), run);
    const repeats = rows.length < events.length ? await run(FIND_DELTAS, { keyIds, eventIds }) : [];
    return {
      inserted,
      deltas: new Map(repeats.map(({ id, delta }) => [id, delta])),
      uncharged: rows[0]?.uncharged ?? 0,
    };
  });
}

function sumCredits(events: readonly Known[]): number {
  return events.reduce((sum, { input }) => sum + input.delta, 0);
}

/**
 * What each event is matched to its key by: the credential's hashes in hex, or the key's public id; and of which credential each
 * hash is. A malformed credential has none. Most events of a batch share a few credentials, so each is hashed once.
 */
function refsOf(inputs: readonly ReportedCall[]): { refs: string[][]; credentials: Map<string, Credential> } {
  const hashed = new Map<string, string[]>();
  const credentials = new Map<string, Credential>();
  const refs = inputs.map(({ apiKey, keyId }) => {
    if (apiKey === undefined || apiKey === null) return keyId ? [keyId.toLowerCase()] : [];
    const known = hashed.get(apiKey);
    if (known) return known;
    const credential = parseCredential(apiKey);
    const refs = credential ? credentialHashes(credential).map((hash) => Buffer.from(hash).toString("hex")) : [];
    hashed.set(apiKey, refs);
    if (credential) for (const ref of refs) credentials.set(ref, credential);
    return refs;
  });
  return { refs, credentials };
}

// Revoked, deleted and replaced credentials still say whose calls a late report is about. There is always a row, for the time.
const FIND_KEYS = statement(
  "find-usage-keys",
  {
    ...{ now: instant, ref: nullable(text), key_id: nullable(int), user_id: nullable(uuid) },
    ...{ is_replaced: nullable(bool), hashed_under: nullable(text), is_sealed: nullable(bool) },
  },
  `SELECT clock_timestamp() AS now, found.ref, found.key_id, found.user_id, found.is_replaced, found.hashed_under, found.is_sealed
   FROM (VALUES (1)) AS asked LEFT JOIN (
     SELECT encode(credential_hash, 'hex') AS ref, id AS key_id, user_id, false AS is_replaced, credential_hashed_under AS hashed_under,
       credential_seal IS NOT NULL AS is_sealed
     FROM api_keys WHERE credential_hash = ANY($hashes::bytea[])
     UNION ALL
     SELECT encode(r.credential_hash, 'hex'), k.id, k.user_id, true, r.credential_hashed_under, r.credential_seal IS NOT NULL
     FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id WHERE r.credential_hash = ANY($hashes::bytea[])
     UNION ALL
     SELECT uuid::text, id, user_id, false, NULL, true FROM api_keys WHERE uuid = ANY($uuids::uuid[])
   ) AS found ON true`,
);

async function findKeys(
  refs: ReadonlySet<string>,
  credentials: ReadonlyMap<string, Credential>,
): Promise<{ now: Date; keys: Map<string, Key> }> {
  const isUuid = (ref: string) => ref.includes("-");
  const hashes = [...refs].filter((ref) => !isUuid(ref)).map((ref) => `\\x${ref}`);
  const rows = await sql(FIND_KEYS, { hashes, uuids: [...refs].filter(isUuid) });
  const keys = new Map<string, Key>();
  for (const { ref, key_id: id, user_id: ownerId, is_replaced, hashed_under: hashedUnder, is_sealed } of rows) {
    if (ref === null || id === null || ownerId === null) continue;
    keys.set(ref, { id, ownerId });
    const credential = credentials.get(ref);
    const stored = { hash: Buffer.from(ref, "hex"), hashedUnder, isSealed: is_sealed === true };
    if (credential) keepUnderCurrent(is_replaced ? "replaced_key" : "key", credential, stored);
  }
  return { now: rows[0]?.now ?? new Date(), keys };
}
