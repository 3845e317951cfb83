import { randomBytes, randomUUID } from "node:crypto";
import { type Credential, makeCredentials } from "@latchkey/rule/credentials";
import {
  selectState,
  whereExpiring,
  whereLasting,
  wherePresent,
  whereRevocable,
  whereStatus,
  whereUsable,
} from "@latchkey/rule/sql";
import { isUsable, KEY_STATES, KEY_STATUSES, type KeyLife, keyState, keyStatus } from "@latchkey/rule/status";
import { checkKey } from "@latchkey/rule/validity";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CurrentAdmin } from "../../lib/audit/actors";
import { db, disconnect } from "../../lib/database/client";
import { PRESENT, REVOCABLE } from "../../lib/database/key-columns";
import { toQuery } from "../../lib/database/statements";
import { adminKeyQuery } from "../../lib/keys/admin-list";
import { ADMIN_KEY_STATUSES, adminKeySearchSchema } from "../../lib/keys/admin-schemas";
import { NOTHING_NAMED } from "../../lib/keys/admin-search";
import { findReplaced, searchKeys } from "../../lib/keys/search";
import { searchKeysSchema } from "../../lib/keys/search-schemas";
import { getOverview } from "../../lib/operations/overview";
import { listUsers } from "../../lib/users/list";
import { revokeAllKeys } from "../../lib/users/revoke-all-keys";
import { userSearchSchema } from "../../lib/users/schemas";
import { hashCredential } from "../../lib/verification/hashes";
import { verifyKeys } from "../../lib/verification/verify";
import { shared } from "../support/client";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";

const COUNT = 600;
const HOUR_MS = 3600 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const NOW = new Date();
/** Around each instant at which a rule changes its mind; none of them passes while the tests run. */
const INSTANTS = [-HOUR_MS, -1, 0, HOUR_MS, WEEK_MS - 1, WEEK_MS, WEEK_MS + 1, WEEK_MS + HOUR_MS].map(at);
const PAST = [...Array<null>(6).fill(null), ...[-HOUR_MS, -1, 0].map(at)];

type Owner = { id: string; banned: boolean; banExpiresAt: Date | null };
type Key = KeyLife & { id: number; credential: Credential; replacedUntil: Date | null; owner: Owner };

/** What stands in the column that nothing heeds makes no difference to a ban. */
const owners: Owner[] = [null, at(-HOUR_MS), at(HOUR_MS)].flatMap((banExpiresAt) =>
  [true, false].map((banned) => ({ id: randomUUID(), banned, banExpiresAt })),
);
const actor = { kind: "admin", userId: randomUUID(), address: null, requestId: null } as const;
const admin = { id: actor.userId, email: "staff@example.com", sessionId: randomUUID(), actor } as CurrentAdmin;

let database: ScratchDatabase;
const keys: Key[] = fc
  .sample(
    fc.record({
      expiresAt: fc.option(fc.constantFrom(...INSTANTS)),
      revokedAt: fc.constantFrom(...PAST),
      disabledAt: fc.constantFrom(...PAST),
      deletedAt: fc.constantFrom(...PAST),
      replacedUntil: fc.option(fc.constantFrom(...INSTANTS), { freq: 2 }),
      owner: fc.constantFrom(...owners),
    }),
    { numRuns: COUNT, seed: 7 },
  )
  .map((key, index) => ({ ...key, id: index + 1, credential: makeCredentials("datazag", randomBytes).key }));
const present = keys.filter(({ deletedAt }) => !deletedAt);

beforeAll(async () => {
  database = await scratchDatabase();
  const { settings } = shared();
  Object.assign(process.env, settings, { DATABASE_URL: database.url });
  const rows = keys.map(({ owner, credential, ...key }) => {
    const hash = hashCredential(credential, settings.KEY_HASH_SECRET ?? "");
    return { ...key, owner: owner.id, hash: Buffer.from(hash).toString("hex") };
  });
  await database.query(
    `INSERT INTO users (id, email, name, banned, ban_expires_at) SELECT id, id || '@mail.example', '', banned, "banExpiresAt"
     FROM jsonb_to_recordset($1) AS owner(id uuid, banned boolean, "banExpiresAt" timestamptz)`,
    [JSON.stringify(owners)],
  );
  await database.query(
    `WITH made AS (
       SELECT * FROM jsonb_to_recordset($1) AS key(id int, owner uuid, hash text, "expiresAt" timestamptz,
         "revokedAt" timestamptz, "disabledAt" timestamptz, "deletedAt" timestamptz, "replacedUntil" timestamptz)
     ), kept AS (
       INSERT INTO api_keys (id, uuid, user_id, name, format, hint, credential_hash, permissions, expires_at, revoked_at,
         disabled_at, deleted_at)
       SELECT id, gen_random_uuid(), owner, id, 'datazag', 'abcdef', decode(hash, 'hex'), '[]', "expiresAt", "revokedAt", "disabledAt", "deletedAt"
       FROM made
     )
     INSERT INTO replaced_credentials (credential_hash, key_id, hint, valid_until)
     SELECT sha256(id::text::bytea), id, 'abcdef', "replacedUntil" FROM made WHERE "replacedUntil" IS NOT NULL`,
    [JSON.stringify(rows)],
  );
});

afterAll(async () => {
  await disconnect();
  await database.drop();
});

test("what queries say of a key is what the program says, to the millisecond", async () => {
  const asked = { key: "k", now: "$1::timestamptz" };
  const statuses = KEY_STATUSES.map((status) => `CASE WHEN ${whereStatus(status, asked)} THEN '${status}' END`);
  const found = await database.query(
    `SELECT k.id, concat(${statuses.join(", ")}) AS status, ${selectState(asked)} AS state, ${whereUsable(asked)} AS usable,
       ${whereExpiring(asked)} AS expiring, ${wherePresent("k")} AS present, ${whereRevocable("k")} AS revocable,
       ${whereLasting(asked)} AS lasting
     FROM (SELECT a.*, r.valid_until AS replaced_until FROM api_keys a LEFT JOIN replaced_credentials r ON r.key_id = a.id) k
     ORDER BY k.id`,
    [NOW],
  );
  const said = keys.map((key) => ({
    id: key.id,
    status: keyStatus(key, NOW),
    state: keyState(key, NOW),
    usable: isUsable(key, NOW),
    expiring: keyState(key, NOW) === "expiring",
    present: !key.deletedAt,
    revocable: !key.deletedAt && keyStatus(key, NOW) !== "revoked",
    lasting: isUsable({ ...key, disabledAt: null }, NOW),
  }));
  expect(found).toStrictEqual(said);
  expect(new Set(said.map(({ status }) => status))).toStrictEqual(new Set(KEY_STATUSES));
  expect(new Set(said.map(({ state }) => state))).toStrictEqual(new Set(KEY_STATES));
});

test("a verification says of each key what the rule says, and a ban has no end", async () => {
  const verdicts = await verifyKeys(keys.map(({ credential }) => ({ key: credential, cost: 0 })));
  const question = { now: new Date(), secretMatches: null, permission: null, cost: 0 };
  const codes = keys.map(({ owner, ...life }) =>
    checkKey({ ...life, replacedUntil: null, permissions: [], owner: { banned: owner.banned, credits: 0 } }, question),
  );
  expect(verdicts.map(({ code }) => code)).toStrictEqual(codes);
  expect(new Set(codes)).toStrictEqual(new Set(["VALID", "NOT_FOUND", "REVOKED", "EXPIRED", "DISABLED", "USER_DISABLED"]));
  const { users } = await listUsers(admin, userSearchSchema.parse({ filter: "banned" }));
  expect(sorted(users)).toStrictEqual(sorted(owners.filter(({ banned }) => banned)));
});

test("an owner's list finds by state what has it", async () => {
  for (const owner of owners) {
    const own = present.filter((key) => key.owner === owner);
    for (const status of KEY_STATES) {
      const listing = await searchKeys({ ...admin, id: owner.id }, searchKeysSchema.parse({ status }));
      expect(listing.found).toBe(own.filter((key) => keyState(key, new Date()) === status).length);
      expect(listing.keys.every(({ state }) => state === status)).toBe(true);
      expect(listing.total).toBe(own.length);
    }
    const { checks } = await searchKeys({ ...admin, id: owner.id }, searchKeysSchema.parse({}));
    const usable = own.filter((key) => isUsable(key, new Date()));
    expect(checks["never-used"]).toBe(0);
    expect(checks["never-expires"]).toBe(usable.filter(({ expiresAt }) => !expiresAt).length);
  }
});

test("a key counts as never used once it is thirty days old", async () => {
  await database.query("UPDATE api_keys SET created_at = now() - interval '30 days' WHERE id % 2 = 0");
  for (const owner of owners) {
    const { checks } = await searchKeys({ ...admin, id: owner.id }, searchKeysSchema.parse({}));
    const old = present.filter((key) => key.owner === owner && key.id % 2 === 0 && isUsable(key, new Date()));
    expect(checks["never-used"]).toBe(old.length);
  }
});

test("staff's lists and numbers are those of the rule", async () => {
  const now = new Date();
  const has = (status: (typeof ADMIN_KEY_STATUSES)[number]) => (key: Key) => {
    if (status === "deleted") return key.deletedAt !== null;
    if (key.deletedAt) return false;
    return status === "expiring" ? keyState(key, now) === status : keyStatus(key, now) === status;
  };
  for (const status of ADMIN_KEY_STATUSES) {
    const step = { place: null, direction: "older", limit: COUNT } as const;
    const [statement, named] = adminKeyQuery(adminKeySearchSchema.parse({ status }), NOTHING_NAMED, step);
    const { text, values } = toQuery(statement, named);
    expect(sorted(await database.query<{ id: number }>(text, values))).toStrictEqual(sorted(keys.filter(has(status))));
  }
  const overview = await getOverview(admin);
  expect(overview.activeKeys).toBe(keys.filter(has("active")).length);
  expect(overview.expiringKeys).toBe(keys.filter(has("expiring")).length);

  const { users } = await listUsers(admin, userSearchSchema.parse({}));
  const usable = owners.map(({ id }) => [id, keys.filter((key) => key.owner.id === id && isUsable(key, now)).length]);
  expect(new Map(users.map((user) => [user.id, user.keys]))).toStrictEqual(new Map(usable as [string, number][]));

  const live = keys.filter((key) => key.replacedUntil && key.replacedUntil > now && keyStatus(key, now) === "active");
  const replaced = await findReplaced(
    keys.map(({ id }) => id),
    now,
  );
  expect([...replaced.keys()].map(Number).sort()).toStrictEqual(live.map(({ id }) => id).sort());
});

test("Prisma's filters are those of the rule", async () => {
  const found = (where: typeof PRESENT | typeof REVOCABLE) => db().apiKey.findMany({ where, select: { id: true } });
  expect(sorted(await found(PRESENT))).toStrictEqual(sorted(present));
  const revocable = present.filter((key) => keyStatus(key, new Date()) !== "revoked");
  expect(sorted(await found(REVOCABLE))).toStrictEqual(sorted(revocable));
});

test("all keys of a user that can be revoked are", async () => {
  const [owner] = owners;
  const revoked = await revokeAllKeys(admin, owner?.id ?? "");
  const revocable = present.filter((key) => key.owner === owner && keyStatus(key, new Date()) !== "revoked");
  expect(sorted(revoked)).toStrictEqual(sorted(revocable));
});

function at(offset: number): Date {
  return new Date(NOW.getTime() + offset);
}

function sorted<Id>(rows: readonly { id: Id }[]): Id[] {
  return rows.map(({ id }) => id).sort();
}
