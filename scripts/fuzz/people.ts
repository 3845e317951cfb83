import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { secretId } from "../../lib/verification/hash-secrets";
import { type CredentialFormat, makeCredentials } from "../../packages/rule/credentials";
import { query, shared } from "../../tests/support/client";
import { newUser, signInByCookie, signInByToken, type TestUser } from "../../tests/support/people";

export type KeyFate = "live" | "revoked" | "expired" | "deleted";

export type TestedKey = {
  uuid: string;
  number: number;
  credential: string;
  secret: string | null;
  fate: KeyFate;
  /** Whether whoever holds it may replace it. */
  isSelfRotating: boolean;
};

export type Person = TestUser & { cookie: string; keys: TestedKey[] };

/** Those about whom one sample is: nobody else's requests touch them. */
export type Cast = {
  A: Person;
  B: Person;
  /** With more keys than a list shows, for all samples. */
  crowded: Person;
  /** Where each list goes on, by its operation. */
  cursors: Map<string, string>;
  /** What A and B were called elsewhere, each at another place. */
  ambiguousId: string;
};

/** Each person's keys at the beginning, one of each kind. */
const KEYS: { format: CredentialFormat; fate: KeyFate; isSelfRotating?: true }[] = [
  { format: "mf_live", fate: "live", isSelfRotating: true },
  { format: "mf_live", fate: "live" },
  { format: "datazag", fate: "live", isSelfRotating: true },
  { format: "mf_live", fate: "revoked" },
  { format: "mf_live", fate: "expired", isSelfRotating: true },
  { format: "mf_live", fate: "deleted" },
];

export async function newCast(crowded: Person): Promise<Cast> {
  const [A, B] = await Promise.all([newPerson(), newPerson()]);
  const ambiguousId = randomUUID();
  await query("INSERT INTO former_ids (source, id, user_id) VALUES ('mifumo', $1, $2), ('datazag', $1, $3)", [
    ambiguousId,
    A.id,
    B.id,
  ]);
  return { A, B, crowded, cursors: new Map(), ambiguousId };
}

export async function newPerson(): Promise<Person> {
  const user = await newUser();
  const [cookie, keys] = await Promise.all([signInByCookie(user), makeKeys(user.id)]);
  return { ...user, cookie, keys };
}

/** Gives somebody whose sessions have ended new ones. */
export async function signInAgain(person: Person): Promise<void> {
  Object.assign(person, await signInByToken(person), { cookie: await signInByCookie(person) });
}

async function makeKeys(userId: string): Promise<TestedKey[]> {
  const made = KEYS.map((kind) => ({ ...kind, uuid: randomUUID(), ...makeCredentials(kind.format, randomBytes) }));
  const of = <Value>(read: (key: (typeof made)[number]) => Value) => made.map(read);
  const rows = await query<{ uuid: string; id: number }>(
    `INSERT INTO api_keys (user_id, uuid, format, name, hint, credential_hash, secret_hash, credential_hashed_under,
       secret_hashed_under, permissions, self_rotation, expires_at, revoked_at, revoked_by, deleted_at)
     SELECT $1::uuid, uuid::uuid, format::key_format, fate, hint, decode(credential, 'hex'), decode(secret, 'hex'), $9,
       CASE WHEN secret IS NOT NULL THEN $9 END, '["read","write"]', rotates, CASE fate WHEN 'expired' THEN now() - interval '1 day' END, CASE WHEN fate = 'revoked' THEN now() END,
       CASE WHEN fate = 'revoked' THEN 'owner' END, CASE WHEN fate = 'deleted' THEN now() END
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])
       AS made (uuid, format, fate, hint, credential, secret, rotates)
     RETURNING uuid, id`,
    [
      userId,
      of(({ uuid }) => uuid),
      of(({ format }) => format),
      of(({ fate }) => fate),
      of(({ hint }) => hint),
      of(({ key }) => hashOf(key)),
      of(({ secret }) => secret && hashOf(secret)),
      of(({ isSelfRotating }) => isSelfRotating ?? false),
      secretId(hashSecret()),
    ],
  );
  return made.map(({ uuid, key, secret, fate, isSelfRotating = false }) => {
    const number = rows.find((row) => row.uuid === uuid)?.id ?? 0;
    return { uuid, number, credential: key, secret, fate, isSelfRotating };
  });
}

/** More than a list shows, and than anybody may have. */
const CROWD = 1_005;

export async function newCrowdedPerson(): Promise<Person> {
  const person = await newPerson();
  await query(
    `INSERT INTO api_keys (user_id, uuid, format, name, hint, credential_hash, permissions)
     SELECT $1::uuid, gen_random_uuid(), 'mf_live', 'One of many', 'abcdef', sha256(gen_random_uuid()::text::bytea), '["read"]'
     FROM generate_series(1, $2)`,
    [person.id, CROWD],
  );
  return person;
}

/** As the portal keeps a credential. */
function hashOf(credential: string): string {
  const digest = createHmac("sha256", hashSecret());
  return digest.update(sha256(credential)).digest("hex");
}

function hashSecret(): string {
  return shared().settings.KEY_HASH_SECRET ?? "";
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
