import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, type CurrentAdmin, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { reissueAnyKey, revokeAnyKey } from "../../lib/keys/admin-changes";
import { listKeys } from "../../lib/keys/admin-list";
import { adminKeySearchSchema } from "../../lib/keys/admin-schemas";
import { createKey } from "../../lib/keys/create";
import { secretId } from "../../lib/verification/hash-secrets";
import { countLeftKeys } from "../../lib/verification/left-keys";
import { LEFT_KINDS, type LeftKind } from "../../lib/verification/left-kinds";
import { verifyKey } from "../../lib/verification/verify";
import { describeSecrets, reportSecrets } from "../../scripts/admin-secrets";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

const SECRETS = ["current", "former", "next", "lost"] as const;
type Under = (typeof SECRETS)[number] | null;
const secrets = Object.fromEntries(SECRETS.map((name) => [name, randomBytes(32).toString("hex")])) as Record<string, string>;
const idOf = (under: Under | undefined) => (under ? secretId(secrets[under] ?? "") : null);

let database: ScratchDatabase;
let owner: string;
let admin: CurrentAdmin;

beforeAll(async () => {
  database = await ownDatabase();
  const { current, former, next } = secrets;
  Object.assign(process.env, { KEY_HASH_SECRET: current, KEY_HASH_SECRET_PREVIOUS: former, KEY_HASH_SECRET_NEXT: next });
  const [asha, staff] = [randomUUID(), randomUUID()];
  await database.query(
    "INSERT INTO users (id, email, name) VALUES ($1, 'asha@example.com', 'Asha'), ($2, 's@example.com', 'S')",
    [asha, staff],
  );
  owner = asha;
  const actor: Actor = { ...SYSTEM_ACTOR, kind: "admin", userId: staff };
  admin = { id: staff, email: "s@example.com", sessionId: randomUUID(), actor } as CurrentAdmin;
});
afterAll(() => database.drop());

type Made = { id: number; uuid: string };

async function makeKey(name: string, key: Under, secret?: Under, change = ""): Promise<Made> {
  const format = secret === undefined ? ("datazag" as const) : ("mf_live" as const);
  const { id, uuid } = await createKey(SYSTEM_ACTOR, owner, { name, permissions: ["*"], expiresAt: null, format });
  await database.query(
    `UPDATE api_keys SET credential_hashed_under = $2, secret_hashed_under = $3 ${change && `, ${change}`} WHERE id = $1`,
    [id, idOf(key), idOf(secret)],
  );
  return { id, uuid };
}

async function addReplaced({ id }: Made, key: Under, secret: Under, validUntil = "now() + interval '1 hour'"): Promise<void> {
  await database.query(
    `INSERT INTO replaced_credentials (credential_hash, secret_hash, credential_hashed_under, secret_hashed_under, key_id, hint, valid_until)
     VALUES ($1, $1, $2, $3, $4, 'abcdef', ${validUntil})`,
    [randomBytes(32), idOf(key), idOf(secret), id],
  );
}

/** One has moved and one has ended; two are under the former secret, or may be, and one is under a lost one. */
async function makeServices(): Promise<void> {
  const made = [
    ["current", null],
    ["former", new Date()],
    ["former", null],
    [null, null],
    ["lost", null],
  ] as const;
  for (const [under, revokedAt] of made) {
    await database.query(
      `WITH made AS (
         INSERT INTO services (id, name, scopes, networks, owners, revoked_at)
         VALUES (gen_random_uuid(), gen_random_uuid()::text, '{verify}', '{}', '{}', $1) RETURNING id)
       INSERT INTO service_credentials (service_id, hint, credential_hash, credential_hashed_under)
       SELECT id, 'abcdef', $2, $3 FROM made`,
      [revokedAt, randomBytes(32), idOf(under)],
    );
  }
}

/** What the list of staff finds, by the names of the keys. */
async function found(hash: LeftKind): Promise<string[]> {
  const { keys } = await listKeys(admin, adminKeySearchSchema.parse({ hash }));
  return keys.map(({ name }) => name).sort();
}

describe("Keys that a rotation leaves behind", () => {
  const EXPECTED: Record<LeftKind, string[]> = {
    former: ["disabled", "former", "former without a secret", "in grace by the former", "unknown", "used long ago"],
    secret: ["secret former", "secret in grace former", "secret unknown"],
    lost: ["lost", "lost, and its secret former"],
  };

  test("are those of which a credential that works is under the former secret, or may be", async () => {
    await makeKey("moved", "current", "current");
    await makeKey("moved without a secret", "current");
    await makeKey("of the next", "next", "next");
    await makeKey("former", "former", "former");
    await makeKey("used long ago", "former", "current", "last_used_at = '2026-01-31T12:00Z'");
    await makeKey("former without a secret", "former");
    await makeKey("unknown", null, null);
    await makeKey("disabled", "former", "former", "disabled_at = now()");
    await makeKey("secret former", "current", "former");
    await makeKey("secret unknown", "current", null);
    await makeKey("lost", "lost", "lost");
    await makeKey("lost, and its secret former", "lost", "former");
    await addReplaced(await makeKey("in grace by the former", "current", "current"), "former", "former");
    await addReplaced(await makeKey("secret in grace former", "current", "current"), "current", "former");
    await addReplaced(await makeKey("grace is over", "current", "current"), "former", "former", "now()");
    for (const change of ["revoked_at = now()", "deleted_at = now()", "expires_at = now()"]) {
      await makeKey(change, "former", "former", change);
      await makeKey(change, "lost", "lost", change);
    }
    await makeServices();
    for (const kind of LEFT_KINDS) expect(await found(kind)).toStrictEqual(EXPECTED[kind]);
    const counts = Object.fromEntries(LEFT_KINDS.map((kind) => [kind, EXPECTED[kind].length]));
    expect(await countLeftKeys()).toStrictEqual({ ...counts, services: 2, lostServices: 1, isRotating: true });
  });

  test("are told of with whose they are", async () => {
    const report = await reportSecrets({ KEY_HASH_SECRET_PREVIOUS: "x" } as never);
    const told = LEFT_KINDS.map((kind) => [
      kind,
      report.keys
        .filter((key) => key.kind === kind)
        .map(({ name }) => name)
        .sort(),
    ]);
    expect(Object.fromEntries(told)).toStrictEqual(EXPECTED);
    const lines = describeSecrets({ ...report, counts: { ...report.counts, former: 8 } });
    expect(lines.slice(0, 11)).toStrictEqual([
      "KEY_HASH_SECRET       a former one is accepted",
      "ADMIN_API_SECRET      no former one",
      "SERVICE_API_SECRET    no former one",
      "USAGE_WEBHOOK_SECRET  no former one",
      "FEED_SIGNING_KEY      no former one",
      "",
      "8 keys are not moved to the current KEY_HASH_SECRET yet, and the secret of 3 more. Each moves when it is used;",
      "Admin → Keys → Former ends or regenerates the rest.",
      "2 credentials of services are not moved yet. Each moves when it is used.",
      "2 keys are refused, because the KEY_HASH_SECRET that made the hashes is not set.",
      "1 credential of a service is refused for the same reason.",
    ]);
    expect(lines[11]).toMatch(
      /^ {2}asha@example\.com {2}used long ago {2}mf_live_\w{6}\S* {2}last used 2026-01-31 {2}its credential is under the former KEY_HASH_SECRET$/,
    );
    expect(lines.at(-1)).toBe("  and 2 more");
    expect(lines).toHaveLength(11 + report.keys.length + 1);
  });

  test("become fewer by what staff end or regenerate, and no more by what is made", async () => {
    const left = await found("former");
    const [one, other] = [await makeKey("to end", "former", "former"), await makeKey("to regenerate", "former", "former")];
    await createKey(SYSTEM_ACTOR, owner, { name: "new", permissions: ["*"], expiresAt: null, format: "mf_live" });
    expect(await found("former")).toStrictEqual([...left, "to end", "to regenerate"].sort());
    await revokeAnyKey(admin, one.uuid);
    const { key, secret, previousExpiresAt } = await reissueAnyKey(admin, other.uuid, { graceSeconds: 0 });
    expect(previousExpiresAt).toBeNull();
    expect((await verifyKey({ key, secret, cost: 0 })).code).toBe("VALID");
    expect(await found("former")).toStrictEqual(left);
    expect(
      await database.query(
        "SELECT actor_kind, actor_id, action FROM audit_entries WHERE target_id = $1 ORDER BY id DESC LIMIT 1",
        [String(other.id)],
      ),
    ).toStrictEqual([{ actor_kind: "admin", actor_id: admin.id, action: "api_key.regenerated" }]);
  });
});

test.each([
  ["is revoked", "revoked_at = now()", "API_KEY_REVOKED"],
  ["is deleted", "deleted_at = now()", "CONFLICT"],
  ["is not there", "uuid = gen_random_uuid()", "API_KEY_NOT_FOUND"],
])("Staff regenerate no key that %s", async (_, change, code) => {
  const { id, uuid } = await makeKey("Till 4", "former", "former", change);
  await expect(reissueAnyKey(admin, uuid, { graceSeconds: 0 })).rejects.toMatchObject({ code });
  await expect(reissueAnyKey(admin, "no id", { graceSeconds: 0 })).rejects.toMatchObject({ code: "API_KEY_NOT_FOUND" });
  expect(await database.query("SELECT 1 FROM replaced_credentials WHERE key_id = $1", [id])).toStrictEqual([]);
});
