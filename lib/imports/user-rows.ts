import "server-only";
import { maskedJson } from "@latchkey/rule/masked-json";
import { type Run, sqlIn, type Transaction } from "@/lib/database/client";
import { statement, uuid } from "@/lib/database/statements";
import { divideName } from "@/lib/identity/schemas";
import type { UserRecord } from "./records";
import type { Found, ImportRun } from "./run";

type UserRow = Found<"user"> & { id: string };

const AUDIT = "INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, after)";
const ACTING = "$actorKind, $actor::uuid, $address, $request";

/** SQL for the entry of each row of `from`, which has the id of its target and what is said of it. */
export function auditEach(action: string, target: "user" | "api_key", from: string): string {
  return `${AUDIT} SELECT ${ACTING}, '${action}', '${target}', target_id::text, said::jsonb FROM ${from}`;
}

export function actingValues({ actor }: ImportRun) {
  return { actorKind: actor.kind, actor: actor.userId, address: actor.address, request: actor.requestId };
}

// What nobody has shown to be theirs is unproven, as after a sign-up.
const INSERT = statement(
  "import-users",
  { id: uuid },
  `WITH given AS (
     SELECT * FROM unnest($ids::uuid[], $emails::text[], $verified::boolean[], $names::text[], $firstNames::text[], $lastNames::text[],
       $phones::text[], $zones::text[], $banned::boolean[], $createdAt::timestamptz[], $hashes::text[], $formerIds::text[], $said::text[])
       AS g (id, email, email_verified, name, first_name, last_name, phone_number, timezone, banned, created_at, hash, former_id, said)
   ),
   made AS (
     INSERT INTO users (id, email, email_verified, unproven, name, first_name, last_name, phone_number, timezone, banned, created_at)
     SELECT id, email, email_verified, NOT email_verified, name, first_name, last_name, phone_number, timezone, banned,
       coalesce(created_at, now()) FROM given ON CONFLICT DO NOTHING RETURNING id
   ),
   linked AS (INSERT INTO former_ids (source, id, user_id) SELECT $source, former_id, id FROM given JOIN made USING (id)),
   passwords AS (
     INSERT INTO accounts (id, account_id, provider_id, user_id, password, updated_at)
     SELECT gen_random_uuid(), id::text, 'credential', id, hash, now() FROM given JOIN made USING (id) WHERE hash IS NOT NULL
   ),
   said AS (SELECT id AS target_id, said FROM given JOIN made USING (id)),
   audited AS (${auditEach("user.imported", "user", "said")})
   SELECT id FROM made`,
);

const LINK = statement(
  "link-imported-users",
  {},
  `WITH given AS (SELECT * FROM unnest($ids::uuid[], $formerIds::text[], $said::text[]) AS g (target_id, former_id, said)),
   linked AS (INSERT INTO former_ids (source, id, user_id) SELECT $source, former_id, target_id FROM given)
   ${auditEach("user.imported", "user", "given")}`,
);

const OTHERS = statement(
  "other-former-ids",
  {},
  `INSERT INTO former_ids (source, id, user_id, added_at)
   SELECT source, id, user_id, now() + place * interval '1 millisecond'
   FROM unnest($sources::text[], $ids::text[], $users::uuid[], $places::int[]) AS g (source, id, user_id, place)
   ON CONFLICT DO NOTHING`,
);

/** Answers the ids of those who are there now: the address or the id of others was taken meanwhile. */
export async function insertUsers(run: Run, of: ImportRun, rows: UserRow[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const made = await run(INSERT, {
    ...actingValues(of),
    source: of.source,
    ids: rows.map(({ id }) => id),
    ...columnsOf(rows.map(({ record }) => record)),
    said: rows.map((row) => saidOf(of, row, "new")),
  });
  const ids = new Set(made.map(({ id }) => id));
  await addOthers(
    run,
    rows.filter(({ id }) => ids.has(id)),
  );
  return ids;
}

function columnsOf(records: UserRecord[]) {
  const names = records.map(({ name, first_name = "", last_name = "" }) => {
    const parts = first_name || last_name || !name ? { first_name, last_name } : divideName(name);
    return { ...parts, whole: `${parts.first_name} ${parts.last_name}`.trim() };
  });
  return {
    emails: records.map(({ email }) => email),
    verified: records.map(({ email_verified }) => email_verified ?? false),
    names: names.map(({ whole }) => whole),
    firstNames: names.map(({ first_name }) => first_name),
    lastNames: names.map(({ last_name }) => last_name),
    phones: records.map(({ phone_number }) => phone_number ?? null),
    zones: records.map(({ timezone }) => timezone ?? "UTC"),
    banned: records.map(({ banned }) => banned ?? false),
    createdAt: records.map(({ created_at }) => created_at?.toISOString() ?? null),
    hashes: records.map(({ password_hash }) => password_hash ?? null),
    formerIds: records.map(({ id }) => id),
  };
}

export async function linkUsers(run: Run, of: ImportRun, rows: UserRow[]): Promise<void> {
  if (rows.length === 0) return;
  await run(LINK, linkValues(of, rows, "joined"));
  await addOthers(run, rows);
}

/** The same for one person, within a transaction of Prisma. */
export async function linkIn(tx: Transaction, of: ImportRun, row: UserRow): Promise<void> {
  await sqlIn(tx, LINK, linkValues(of, [row], "taken_over"));
  await addOthers((asked, values) => sqlIn(tx, asked, values), [row]);
}

function linkValues(of: ImportRun, rows: UserRow[], as: "joined" | "taken_over") {
  const ids = { ids: rows.map(({ id }) => id), formerIds: rows.map(({ record }) => record.id) };
  return { ...actingValues(of), source: of.source, ...ids, said: rows.map((row) => saidOf(of, row, as)) };
}

async function addOthers(run: Run, rows: UserRow[]): Promise<void> {
  const others = rows.flatMap(({ id, record }) => placeOthers(record).map((former) => ({ ...former, user: id })));
  if (others.length === 0) return;
  await run(OTHERS, {
    sources: others.map(({ source }) => source),
    ids: others.map(({ id }) => id),
    users: others.map(({ user }) => user),
    places: others.map(({ place }) => place),
  });
}

/** The first of all is the one that tokens carry: never the id that somebody had in another Latchkey, if there are others. */
function placeOthers({ id, uuid: own, former_ids = [] }: UserRecord) {
  return former_ids.map((former, index) => ({ ...former, place: id === own ? index - former_ids.length : index + 1 }));
}

function saidOf({ source }: ImportRun, { record }: UserRow, as: "new" | "joined" | "taken_over"): string {
  const { id, email, email_verified = false, banned = false, password_hash } = record;
  const facts = as === "new" && { email, email_verified, has_password: password_hash !== undefined, ...(banned && { banned }) };
  return maskedJson({ source, former_id: id, as, ...facts });
}
