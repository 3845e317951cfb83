import "server-only";
import { type KeyFormat, maskCredential } from "@latchkey/rule/credentials";
import type { Permissions } from "@latchkey/rule/permissions";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, pool } from "@/lib/database/client";
import type { Client } from "@/lib/database/connections";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { KEYS, PEOPLE } from "./export-queries";
import { withoutBlanks } from "./fields";
import { MAX_REPLACED } from "./records";
import { unbounded } from "./turn";

const FETCHED = 1000;

type Person = {
  id: string;
  first_name: string;
  last_name: string;
  name: string;
  credits: string;
  [field: string]: unknown;
};
type Hashes = {
  format: KeyFormat;
  hint: string;
  hash: string;
  secret: string | null;
  under: string | null;
  secret_under: string | null;
};
type Replaced = Hashes & { replaced_at: string; valid_until: string };
type Key = Hashes & {
  uuid: string;
  source: string | null;
  former_id: string | null;
  replaced: Replaced[] | null;
  permissions: Permissions;
  [field: string]: unknown;
};

/**
 * All people, their keys but deleted ones, and their balances, as `importRecords` reads them: lines of NDJSON, as everything is
 * at one moment.
 */
export async function* exportRecords(actor: Actor): AsyncGenerator<string> {
  await db().$transaction(async (tx) => {
    for (const id of ["users", "keys"] as const)
      await recordAudit(tx, actor, { action: `${id}.exported`, target: { kind: "export", id }, after: { to: "file" } });
  });
  const client = await pool().connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    await unbounded(client);
    yield* each<object>(
      client,
      "SELECT 'form' AS type, prefix, signs, length FROM credential_forms ORDER BY prefix, signs, length",
      (row) => row,
    );
    yield* each(client, PEOPLE, personOf);
    yield* each(client, KEYS, keyOf);
    yield* each(client, PEOPLE, ({ id, credits }: Person) =>
      credits === "0" ? null : { type: "balance", user_id: id, credits: Number(credits) },
    );
  } finally {
    await client.query("ROLLBACK").catch(() => {});
    client.release(true);
  }
}

async function* each<Row extends object>(
  client: Client,
  query: string,
  write: (row: Row) => object | null,
): AsyncGenerator<string> {
  await client.query(`DECLARE records NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${FETCHED} FROM records`);
    const lines = rows.map(write).filter((line) => line !== null);
    if (lines.length > 0) yield lines.map((line) => `${JSON.stringify(withoutBlanks({ ...line }))}\n`).join("");
    if (rows.length < FETCHED) break;
  }
  await client.query("CLOSE records");
}

function personOf({ name, credits: _, ...person }: Person) {
  const isWhole = !person.first_name && !person.last_name;
  return { type: "user", uuid: person.id, ...(isWhole && { name }), ...person };
}

/** What is true of few is left out where it is not. */
function keyOf({ uuid, source, former_id, replaced, self_rotation, weak, ...key }: Key) {
  const isElsewhere = former_id !== null && former_id !== uuid;
  return {
    type: "key",
    id: isElsewhere ? former_id : uuid,
    source: isElsewhere ? source : null,
    uuid,
    ...withHashes(key),
    ...(self_rotation === true && { self_rotation }),
    ...(weak === true && { weak }),
    replaced: replaced?.slice(-MAX_REPLACED).map((former) => withoutBlanks(withHashes(former))) ?? null,
  };
}

/** One that nobody noted the secret of is under the current one, or under the one before, which is asked as well. */
function withHashes<Row extends Hashes>({ format, hint, hash, secret, under, secret_under, ...row }: Row) {
  const hashedUnder = under ?? currentSecretId();
  const secretUnder =
    secret === null || (secret_under ?? currentSecretId()) === hashedUnder ? null : (secret_under ?? currentSecretId());
  return {
    ...row,
    form: format,
    visible_part: maskCredential(format, hint).slice(0, -"...".length),
    latchkey_hash: hash,
    latchkey_secret: hashedUnder,
    latchkey_secret_hash: secret,
    latchkey_secret_hash_under: secretUnder,
  };
}
