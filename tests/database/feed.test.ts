import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, type CurrentAdmin, type CurrentUser, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { db, feedRun, poolsInUse, type Run } from "../../lib/database/client";
import { LIFE, LIMITS } from "../../lib/database/key-columns";
import { follow } from "../../lib/feed/hub";
import { keepMark, noteSeen, type Place, pollFeed, type Round } from "../../lib/feed/poll";
import { openFeed, openPrimary, readFeedStatus, renewEpoch } from "../../lib/feed/state";
import { endUnprovenKeys } from "../../lib/identity/keys-of-person";
import { openSession } from "../../lib/identity/sessions";
import { confirmAddress } from "../../lib/identity/signup-credits";
import { deleteAnyKey, disableAnyKey, enableAnyKey, reissueAnyKey, revokeAnyKey } from "../../lib/keys/admin-changes";
import { createKey, type IssuedKey } from "../../lib/keys/create";
import { deleteKey } from "../../lib/keys/delete";
import { endGrace } from "../../lib/keys/end-grace";
import { disableKey, enableKey } from "../../lib/keys/pause";
import { regenerateKey } from "../../lib/keys/regenerate";
import { restoreKey } from "../../lib/keys/restore";
import { revokeKey } from "../../lib/keys/revoke";
import { revokeSelf } from "../../lib/keys/self";
import { updateKey } from "../../lib/keys/update";
import { keepHouse } from "../../lib/operations/housekeeping";
import { holdCredential } from "../../lib/services/known";
import { env } from "../../lib/settings/env";
import { recordUsage } from "../../lib/usage/record";
import { changeCreditsSchema, createAccountSchema } from "../../lib/users/account-schemas";
import { adjustCredits } from "../../lib/users/adjust-credits";
import { banUser, unbanUser } from "../../lib/users/bans";
import { changeCredits } from "../../lib/users/change-credits";
import { createAccount } from "../../lib/users/create-account";
import { revokeAllKeys } from "../../lib/users/revoke-all-keys";
import { changeRole } from "../../lib/users/roles";
import { hashesKept } from "../../lib/verification/rehash";
import { verifyKey } from "../../lib/verification/verify";
import type { Credential } from "../../packages/rule/credentials";
import { covers, parseCursor } from "../../packages/rule/cursors";
import { randomEmail } from "../support/client";
import { importRows, ndjson } from "../support/imports";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";
import { until } from "../support/server";
import { addService } from "../support/services";

let database: ScratchDatabase;
let admin: CurrentAdmin;
/** Another session, for what is open while others go on. */
let other: pg.Client;

beforeAll(async () => {
  database = await ownDatabase();
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
  const staff = await newOwner(0, "admin");
  const actor: Actor = { ...SYSTEM_ACTOR, kind: "admin", userId: staff.id };
  const { sessionId } = await openSession(actor, staff.id, null);
  admin = { id: staff.id, email: staff.email, sessionId, actor } as CurrentAdmin;
});
afterAll(async () => {
  await other.end();
  await database.drop();
});

async function newOwner(credits = 5000, role = "user"): Promise<CurrentUser> {
  const email = randomEmail();
  const [row] = await database.query<{ id: string }>(
    "INSERT INTO users (id, email, name, role) VALUES (gen_random_uuid(), $1, 'Asha', $2::role) RETURNING id",
    [email, role],
  );
  const id = row?.id ?? "";
  await give(id, credits);
  return { id, email, sessionId: null, actor: { ...SYSTEM_ACTOR, kind: "user", userId: id } };
}

const give = (id: string, amount: number) =>
  database.query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, $2, 'signup')", [id, amount]);

const newKey = (owner: CurrentUser, format: "mf_live" | "datazag" = "mf_live"): Promise<IssuedKey> =>
  createKey(SYSTEM_ACTOR, owner.id, { name: "Till 4", permissions: ["read", "write"], expiresAt: null, format });

async function begin(): Promise<Place> {
  const opened = await openFeed(feedRun);
  if (!opened) throw new Error("The database is a standby.");
  return { ...opened, mark: null };
}

async function roundFrom(place: Place, run: Run = feedRun): Promise<Extract<Round, { kind: "round" }>> {
  const round = await pollFeed(run, place);
  if (round.kind !== "round") throw new Error(`A poll was answered with ${JSON.stringify(round)}.`);
  return round;
}

async function changesOf(work: () => Promise<unknown>) {
  const place = await begin();
  await work();
  return roundFrom(place);
}

/** Of keys that there are not. */
const add = (count: number, narrows = false) =>
  database.query(
    "INSERT INTO key_changes (kind, key_id, narrows) SELECT 'k', 1000000 + n, $2 FROM generate_series(1, $1::int) n",
    [count, narrows],
  );

describe("A poll", () => {
  test("takes no connection before somebody asks, and two at most", async () => {
    await begin();
    expect(poolsInUse().find(({ name }) => name === "feed")).toMatchObject({ max: 2 });
  });

  test("tells what is committed, once, and of what is open nothing until it is", async () => {
    const owner = await newOwner();
    const key = await newKey(owner);
    const first = await begin();
    await other.query("BEGIN");
    await other.query("UPDATE api_keys SET name = 'open' WHERE id = $1", [key.id]);
    const later = await newKey(owner);
    const one = await roundFrom(first);
    expect(one).toMatchObject({ from: first.cursor, keys: [later.id], owners: [] });
    await other.query("COMMIT");
    const two = await roundFrom({ ...first, cursor: one.to });
    expect([two.keys, two.changes.length]).toStrictEqual([[key.id], 1]);
    expect((await roundFrom({ ...first, cursor: two.to })).keys).toStrictEqual([]);
    expect((await roundFrom(first)).keys.sort()).toStrictEqual([key.id, later.id].sort());
  });

  test("tells each key once, what narrows first, in parts that are of one moment", async () => {
    const place = await begin();
    await add(12_000);
    await database.query(
      "INSERT INTO key_changes (kind, key_id, narrows) VALUES ('k', 99999, true), ('k', 1000007, true), ('m', NULL, false)",
    );
    let pages = 0;
    const round = await roundFrom(place, async (statement, values) => {
      const rows = await feedRun(statement, values);
      // Of a later moment than the round is.
      if (++pages === 1) await database.query("INSERT INTO key_changes (kind, key_id, narrows) VALUES ('k', 88888, false)");
      return rows;
    });
    expect([pages, round.keys.length, round.changes.length]).toStrictEqual([3, 12_001, 12_002]);
    expect(round.keys.slice(0, 3)).toStrictEqual([99999, 1_000_007, 1_000_001]);
    expect((await roundFrom({ ...place, cursor: round.to })).keys).toStrictEqual([88888]);
  });

  test("of more than is told in lines says which keys and owners are another way, and of what is new nothing", async () => {
    const owner = await newOwner();
    const key = await newKey(owner);
    const place = await begin();
    // Marks are read as well, however few changes lie behind them.
    await database.query("INSERT INTO key_changes (kind, narrows) SELECT 'm', false FROM generate_series(1, 50000)");
    await database.query("UPDATE users SET banned = true WHERE id = $1", [owner.id]);
    await newKey(owner);
    await database.query("UPDATE api_keys SET revoked_at = now() WHERE id = $1", [key.id]);
    const bulk = await pollFeed(feedRun, place);
    if (bulk.kind !== "bulk") throw new Error(bulk.kind);
    const hex = (uuids: Uint8Array) => Buffer.from(uuids).toString("hex");
    const [row] = await database.query<{ uuid: string }>("SELECT uuid FROM api_keys WHERE id = $1", [key.id]);
    expect([hex(bulk.keys), hex(bulk.owners)]).toStrictEqual(
      [row?.uuid, owner.id].map((uuid) => String(uuid).replaceAll("-", "")),
    );
    // Of each transaction that narrowed, one.
    expect(bulk.changes.map(({ narrows }) => narrows)).toStrictEqual([true, true]);
    expect((await roundFrom({ ...place, cursor: bulk.to })).keys).toStrictEqual([]);
    await expect(pollFeed(feedRun, { ...place, mark: { seq: 1, nonce: randomUUID() } })).resolves.toMatchObject({
      reason: "lost",
    });
  });

  test("is asked again on another connection when one is silent", async () => {
    let asked = 0;
    const run: Run = (statement, values) => (++asked === 1 ? new Promise(() => {}) : feedRun(statement, values));
    await roundFrom(await begin(), run);
    expect(asked).toBe(2);
    const refused: Run = () => Promise.reject(new Error("refused"));
    await expect(pollFeed(refused, await begin())).rejects.toThrow("refused");
    await expect(pollFeed(feedRun, { ...(await begin()), cursor: "1:2" })).rejects.toThrow(RangeError);
  });

  test("that was told of what narrows is noted with its time, the first one's", async () => {
    const place = await begin();
    await add(1);
    await add(1, true);
    const { changes } = await roundFrom(place);
    await noteSeen(feedRun, changes);
    const read = () =>
      database.query("SELECT seq, narrows, seen_at, seen_at >= at AS is_later FROM key_changes WHERE seq = ANY($1)", [
        changes.map(({ seq }) => seq),
      ]);
    const seen = await read();
    expect(seen.map(({ narrows, is_later }) => [narrows, is_later]).sort()).toStrictEqual([
      [false, null],
      [true, true],
    ]);
    await noteSeen(feedRun, changes);
    expect(await read()).toStrictEqual(seen);
  });
});

describe("Where nobody can go on", () => {
  const isReset = async (place: Place, reason: string) =>
    expect(await pollFeed(feedRun, place)).toMatchObject({ kind: "reset", reason });

  test("in another history a new epoch begins, by whoever is first", async () => {
    const place = await begin();
    await database.query("UPDATE feed_state SET history = 'another'");
    await isReset(place, "history");
    const [one, two] = await Promise.all([renewEpoch(feedRun, place.epoch), renewEpoch(feedRun, place.epoch)]);
    expect([one, two].filter((epoch) => epoch === null)).toHaveLength(1);
    await isReset(place, "epoch");
    expect((await begin()).epoch).toBe(one ?? two);
    // Whoever begins finds it as well.
    await database.query("UPDATE feed_state SET history = 'another'");
    expect((await begin()).epoch).not.toBe(one ?? two);
  });

  test("a mark that is not there shows that something is lost", async () => {
    const place = { ...(await begin()), mark: await keepMark(feedRun) };
    expect((await roundFrom(place)).keys).toStrictEqual([]);
    await isReset({ ...place, mark: { ...place.mark, nonce: "00000000-0000-0000-0000-000000000001" } }, "lost");
    await database.query("DELETE FROM key_changes WHERE seq = $1", [place.mark.seq]);
    await isReset(place, "lost");
  });

  test("a cursor from the future is none", async () => {
    const place = await begin();
    const ahead = Number(place.cursor.split(":")[1]) + 1_000_000;
    await isReset({ ...place, cursor: `${ahead}:${ahead}:` }, "future");
  });

  test("a standby tells nothing, and nobody begins there", async () => {
    const place = await begin();
    const [was] = await database.query<{ made: string }>("SELECT pg_get_functiondef('feed_history'::regproc) AS made");
    await database.query("CREATE OR REPLACE FUNCTION feed_history() RETURNS text LANGUAGE sql AS 'SELECT NULL::text'");
    try {
      expect([await pollFeed(feedRun, place), await openFeed(feedRun)]).toStrictEqual([{ kind: "standby" }, null]);
    } finally {
      await database.query(was?.made ?? "");
    }
    expect((await begin()).epoch).toBe(place.epoch);
  });

  test("rows of another database's transactions are no news, and go with the next epoch", async () => {
    const place = await begin();
    await database.query("INSERT INTO key_changes (xid, kind, key_id, narrows) VALUES ('5000000000', 'k', 1, true)");
    expect((await roundFrom(place)).keys).toStrictEqual([]);
    await renewEpoch(feedRun, place.epoch);
    expect(await database.query("SELECT FROM key_changes WHERE xid = '5000000000'")).toHaveLength(0);
  });

  test("an epoch is of a set of secrets", async () => {
    const place = await begin();
    expect(await readFeedStatus(feedRun)).toMatchObject({ hasLostSecret: false, isSameHistory: true });
    await database.query("UPDATE feed_state SET secrets = secrets || ' 0123456789abcdef'");
    // Not by itself: servers start one after the other.
    expect((await begin()).epoch).toBe(place.epoch);
    expect(await readFeedStatus(feedRun)).toMatchObject({ hasLostSecret: true });
    await renewEpoch(feedRun, place.epoch);
    expect(await readFeedStatus(feedRun)).toMatchObject({ hasLostSecret: false });
  });

  test("what is old is removed by what was visible, and whoever was away for longer is told", async () => {
    await keepHouse();
    await database.query("DELETE FROM feed_cuts");
    const key = await newKey(await newOwner());
    const away = await begin();
    await other.query("BEGIN");
    await other.query("UPDATE api_keys SET name = 'long' WHERE id = $1", [key.id]);
    const before = await begin();
    await add(3);
    const mark = await keepMark(feedRun);
    await keepHouse();
    const after = await begin();
    await add(2);
    expect(await database.query("SELECT FROM feed_cuts")).toHaveLength(1);
    await keepHouse();
    expect(await database.query("SELECT FROM feed_cuts")).toHaveLength(1);

    await database.query("UPDATE feed_cuts SET at = at - interval '49 hours'");
    expect((await keepHouse()).key_changes).toBeGreaterThanOrEqual(3);
    for (const place of [away, before]) await isReset({ ...place, mark }, "cut");
    await other.query("COMMIT");
    // It was made before the cut and ended after it.
    expect((await roundFrom({ ...after, mark })).keys.sort()).toStrictEqual([1_000_001, 1_000_002, key.id].sort());
    await isReset(away, "cut");
  });
});

/** Of each table of which something is told: what nobody who verifies is told of. */
const UNTOLD: Record<string, string[]> = {
  api_keys: [
    ...[
      "created_at",
      "credential_hashed_under",
      "disabled_by",
      "former_id",
      "hint",
      "idempotency_hash",
      "idempotency_input_hash",
    ],
    ...["last_used_at", "last_used_on", "made_unproven", "note", "regenerated_at", "rev", "revoked_by", "secret_hashed_under"],
    ...["self_rotation", "source", "total_uses", "weak"],
  ],
  // Their hashes change only as they are moved to another secret.
  replaced_credentials: [
    ...["credential_hash", "credential_hashed_under", "format", "hint", "replaced_at", "secret_hash", "secret_hashed_under"],
  ],
  users: [
    ...["ban_reason", "created_at", "credits_on_confirmation", "email", "email_verified", "first_name", "image", "last_login_at"],
    ...[
      "last_name",
      "low_on_credits",
      "name",
      "phone_number",
      "phone_verified",
      "rev",
      "role",
      "timezone",
      "unproven",
      "updated_at",
    ],
  ],
};

describe("The triggers", () => {
  const toldColumns = async (table: string) => {
    const [row] = await database.query<{ made: string }>(
      `SELECT pg_get_triggerdef(oid) AS made FROM pg_trigger WHERE tgname = '${table}_feed_update'`,
    );
    return [...new Set([...(row?.made ?? "").matchAll(/\bold\.(\w+)/gi)].map(([, column = ""]) => column))].sort();
  };

  test.each(Object.keys(UNTOLD))("know of each column of %s whether it is told", async (table) => {
    const columns = await database.query<{ name: string }>(
      "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
      [table],
    );
    // A column that is in neither list: say in a migration that it is told, or here that nobody who verifies is.
    expect([...(await toldColumns(table)), ...(UNTOLD[table] ?? [])].sort()).toStrictEqual(
      columns.map(({ name }) => name).sort(),
    );
  });

  test("tell of all that the rule asks", async () => {
    const told = { keys: await toldColumns("api_keys"), owners: await toldColumns("users") };
    expect(told.keys).toStrictEqual(expect.arrayContaining([...Object.keys(LIFE), ...Object.keys(LIMITS)]));
    expect(told.owners).toStrictEqual(expect.arrayContaining(["banned", "credits"]));
    expect(await toldColumns("replaced_credentials")).toContain("valid_until");
  });

  test("fire for everybody, and nobody removes a row", async () => {
    const key = await newKey(await newOwner());
    const { keys } = await changesOf(() =>
      database.query(`SET session_replication_role = replica; UPDATE api_keys SET revoked_at = now() WHERE id = ${key.id};
        SET session_replication_role = origin`),
    );
    expect(keys).toStrictEqual([key.id]);
    for (const table of Object.keys(UNTOLD)) {
      const removals = [`TRUNCATE ${table} CASCADE`, ...(table === "replaced_credentials" ? [] : [`DELETE FROM ${table}`])];
      for (const removal of removals)
        await expect(
          database
            .query(`BEGIN; SET LOCAL session_replication_role = replica; ${removal}; COMMIT`)
            .finally(() => database.query("ROLLBACK")),
        ).rejects.toThrow("are never removed");
    }
  });

  test("tell of credits where they are few, at each halving, both ways", async () => {
    const owner = await newOwner(0);
    let balance = 0;
    const edges: number[] = [];
    const steps = [-2, -1, 0, 1, 2, 3, 6, 7, 14, 15, 30, 31, 61, 62, 124, 125, 249, 250, 499, 500, 999, 1000, 1001, 90_000];
    for (const target of [...steps, ...steps.toReversed()]) {
      const { owners, changes } = await changesOf(() => give(owner.id, target - balance));
      if (owners.length > 0) edges.push(target);
      expect(changes.some(({ narrows }) => narrows)).toBe(false);
      balance = target;
    }
    const up = [0, 1, 3, 7, 15, 31, 62, 125, 250, 500, 1000];
    expect(edges).toStrictEqual([-2, ...up, ...up.map((edge) => edge - 1).reverse()]);
  });

  test("know the same credential under another secret, and a digest that is learnt, for no narrowing", async () => {
    const { id } = await newKey(await newOwner());
    const narrowed = async (set: string) => {
      const { changes } = await changesOf(() => database.query(`UPDATE api_keys SET ${set} WHERE id = $1`, [id]));
      return changes.map(({ narrows }) => narrows);
    };
    const hash = "credential_hash = sha256(gen_random_uuid()::text::bytea)";
    expect(await narrowed(`${hash}, credential_hashed_under = 'another'`)).toStrictEqual([false]);
    expect(await narrowed("secret_hash = '\\x01', secret_hashed_under = 'another'")).toStrictEqual([false]);
    expect(await narrowed("credential_seal = '\\x01'")).toStrictEqual([false]);
    for (const set of [hash, `${hash}, credential_hashed_under = 'third', hint = 'ghijkl'`, "secret_hash = '\\x02'"])
      expect(await narrowed(set)).toStrictEqual([true]);
    expect(await narrowed("expires_at = now() + interval '1 day'")).toStrictEqual([true]);
    expect(await narrowed("expires_at = now() + interval '2 days'")).toStrictEqual([false]);
    expect(await narrowed("total_uses = total_uses + 1, last_used_at = now()")).toStrictEqual([]);
  });

  test("tell of a replaced credential as of its key, and not of one whose grace is over", async () => {
    const owner = await newOwner();
    const key = await newKey(owner);
    await regenerateKey(owner, key.uuid, { graceSeconds: 3600 });
    const rev = async () => (await database.query<{ rev: string }>("SELECT rev FROM api_keys WHERE id = $1", [key.id]))[0]?.rev;
    const before = await rev();
    const { keys, changes } = await changesOf(() => endGrace(owner, key.uuid));
    expect([keys, changes.map(({ narrows }) => narrows), Number(await rev()) - Number(before)]).toStrictEqual([
      [key.id],
      [true],
      1,
    ]);
    const change = (set: string) =>
      changesOf(() => database.query(`UPDATE replaced_credentials SET ${set} WHERE key_id = $1`, [key.id]));
    expect((await change("valid_until = now() - interval '1 hour', credential_seal = '\\x01'")).keys).toStrictEqual([]);
    expect((await change("valid_until = now() + interval '1 hour'")).changes).toMatchObject([{ narrows: false }]);
    const removed = await changesOf(() => database.query("DELETE FROM replaced_credentials WHERE key_id = $1", [key.id]));
    expect(removed).toMatchObject({ keys: [key.id], changes: [{ narrows: true }] });
  });
});

type Told = { keys: number; owners: number; narrows: boolean };
const NOTHING: Told = { keys: 0, owners: 0, narrows: false };
const KEY: Told = { ...NOTHING, keys: 1 };
const OWNER: Told = { ...NOTHING, owners: 1 };
const narrowing = (told: Told): Told => ({ ...told, narrows: true });

type Case = {
  /** Of the statements that write what a verification reads. */
  writers: string[];
  before?: (key: IssuedKey, owner: CurrentUser) => Promise<unknown>;
  work: (key: IssuedKey, owner: CurrentUser) => Promise<unknown>;
  told: Told;
  credits?: number;
};

const actorOf = ({ actor }: { actor: Actor }) => actor;
const year = new Date(Date.now() + 365 * 24 * 3600 * 1000);
const asSeen = { role: "user", banned: false, reason: "Why" } as const;

const CASES: Record<string, Case> = {
  create: { writers: ["keys/create"], work: (_, owner) => newKey(owner), told: KEY },
  regenerate: {
    writers: ["keys/regenerate"],
    work: ({ uuid }, owner) => regenerateKey(owner, uuid, { graceSeconds: 60 }),
    told: narrowing(KEY),
  },
  "regenerate at once": {
    writers: [],
    work: ({ uuid }, owner) => regenerateKey(owner, uuid, { graceSeconds: 0 }),
    told: narrowing(KEY),
  },
  "reissue by staff": {
    writers: [],
    work: ({ uuid }) => reissueAnyKey(admin, uuid, { graceSeconds: 0 }),
    told: narrowing(KEY),
  },
  "end grace": {
    writers: ["keys/end-grace"],
    before: ({ uuid }, owner) => regenerateKey(owner, uuid, { graceSeconds: 60 }),
    work: ({ uuid }, owner) => endGrace(owner, uuid),
    told: narrowing(KEY),
  },
  revoke: { writers: ["keys/revoke"], work: ({ uuid }, owner) => revokeKey(owner, uuid), told: narrowing(KEY) },
  "revoke by itself": { writers: [], work: ({ key }, owner) => revokeSelf(actorOf(owner), key), told: narrowing(KEY) },
  "revoke by staff": { writers: [], work: ({ uuid }) => revokeAnyKey(admin, uuid), told: narrowing(KEY) },
  "revoke all": {
    writers: ["keys/revoke-all"],
    before: (_, owner) => newKey(owner),
    work: (_, owner) => revokeAllKeys(admin, owner.id),
    told: { keys: 2, owners: 0, narrows: true },
  },
  disable: { writers: ["keys/pause"], work: ({ uuid }, owner) => disableKey(owner, uuid), told: narrowing(KEY) },
  enable: {
    writers: ["keys/pause"],
    before: ({ uuid }, owner) => disableKey(owner, uuid),
    work: ({ uuid }, owner) => enableKey(owner, uuid),
    told: KEY,
  },
  "disable by staff": { writers: [], work: ({ uuid }) => disableAnyKey(admin, uuid), told: narrowing(KEY) },
  "enable by staff": {
    writers: [],
    before: ({ uuid }) => disableAnyKey(admin, uuid),
    work: ({ uuid }) => enableAnyKey(admin, uuid),
    told: KEY,
  },
  "delete by staff": { writers: [], work: ({ uuid }) => deleteAnyKey(admin, uuid, null), told: narrowing(KEY) },
  delete: { writers: ["keys/delete"], work: ({ id }) => deleteKey(SYSTEM_ACTOR, String(id)), told: narrowing(KEY) },
  restore: {
    writers: ["keys/restore"],
    before: ({ id }) => deleteKey(SYSTEM_ACTOR, String(id)),
    work: ({ id }) => restoreKey(SYSTEM_ACTOR, String(id)),
    told: KEY,
  },
  rename: { writers: ["keys/update"], work: ({ uuid }, owner) => updateKey(owner, uuid, { name: "Till 5" }), told: KEY },
  narrow: {
    writers: ["keys/update"],
    work: ({ uuid }, owner) => updateKey(owner, uuid, { permissions: ["read"] }),
    told: narrowing(KEY),
  },
  "end earlier": {
    writers: ["keys/update"],
    work: ({ uuid }, owner) => updateKey(owner, uuid, { expiresAt: year }),
    told: narrowing(KEY),
  },
  "note something": { writers: [], work: ({ uuid }, owner) => updateKey(owner, uuid, { note: "of the shop" }), told: NOTHING },
  "end what was made before a proof": {
    writers: ["identity/keys-of-person"],
    before: ({ id }) => database.query("UPDATE api_keys SET made_unproven = true WHERE id = $1", [id]),
    work: (_, owner) => db().$transaction((tx) => endUnprovenKeys(tx, SYSTEM_ACTOR, owner.id, "disable")),
    told: narrowing(KEY),
  },
  "move to another secret": {
    writers: ["verification/rehash"],
    before: ({ id }) => database.query("UPDATE api_keys SET credential_hashed_under = NULL WHERE id = $1", [id]),
    work: async ({ key }) => {
      await verifyKey({ key, cost: 0 });
      await hashesKept();
    },
    // The seal is made anew; what it holds is the same.
    told: KEY,
  },
  ban: { writers: ["users/bans"], work: (_, { id }) => banUser(admin, { user: id, ...asSeen }), told: narrowing(OWNER) },
  unban: {
    writers: ["users/bans"],
    before: (_, { id }) => banUser(admin, { user: id, ...asSeen }),
    work: (_, { id }) => unbanUser(admin, { user: id, ...asSeen, banned: true }),
    told: OWNER,
  },
  "calls of an owner with many credits": {
    writers: ["usage/insert-usage"],
    work: ({ key }) => recordUsage([{ id: "1", apiKey: key, delta: 3 }]),
    told: NOTHING,
  },
  "calls that use credits up": {
    writers: ["usage/insert-usage"],
    work: ({ key }) => recordUsage([{ id: "1", apiKey: key, delta: 3 }]),
    credits: 3,
    told: OWNER,
  },
  "adjust credits": {
    writers: ["users/adjust-credits", "ledger/ledger"],
    work: (_, { id }) => adjustCredits(admin, { user: id, amount: 1500, reason: "Why", adjustment: "0" }),
    credits: 3,
    told: OWNER,
  },
  "change credits by program": {
    writers: ["ledger/once"],
    work: (_, { id }) => changeCredits(SYSTEM_ACTOR, id, changeCreditsSchema.parse({ amount: -2, reason: "Why" }), null),
    credits: 3,
    told: OWNER,
  },
  "confirm an address": {
    writers: ["identity/signup-credits"],
    before: (_, { id }) => database.query("UPDATE users SET credits_on_confirmation = 100 WHERE id = $1", [id]),
    work: (_, { id }) => db().$transaction((tx) => confirmAddress(tx, id)),
    credits: 3,
    told: OWNER,
  },
  "make an account": {
    writers: ["users/create-account", "identity/accounts"],
    work: () => createAccount(SYSTEM_ACTOR, createAccountSchema.parse({ email: randomEmail() }), null),
    told: OWNER,
  },
  "change a role": {
    writers: ["users/roles", "users/grant-admin"],
    work: (_, { id }) => changeRole(admin, { user: id, role: "user", banned: false, to: "admin" }),
    told: NOTHING,
  },
  "sign in": { writers: ["identity/sessions"], work: (_, { id, actor }) => openSession(actor, id, null), told: NOTHING },
  import: {
    writers: ["imports/user-rows", "imports/key-rows", "imports/balances"],
    work: (_, { id }) =>
      importRows(
        ndjson(
          { type: "user", id, email: randomEmail(), email_verified: true },
          { type: "key", id, user_id: id, credential: `mif_${randomBytes(33).toString("base64url").slice(0, 43)}` },
          { type: "balance", user_id: id, credits: 3 },
        ),
      ),
    told: { keys: 1, owners: 1, narrows: false },
  },
};

/** What writes without a case of its own here. */
const OTHERS = ["operations/housekeeping", "usage/uncharged"];

describe("Every use case that changes what a verification answers is told", () => {
  test.each(Object.keys(CASES))("%s", async (name) => {
    const { before, work, told, credits } = CASES[name] as Case;
    const owner = await newOwner(credits);
    const key = await newKey(owner);
    await before?.(key, owner);
    const { keys, owners, changes } = await changesOf(() => work(key, owner));
    expect({ keys: keys.length, owners: owners.length, narrows: changes.some(({ narrows }) => narrows) }).toStrictEqual(told);
  });

  test("and there is one for each place that writes", () => {
    const WRITES =
      /(UPDATE|INSERT INTO|DELETE FROM)\s+(api_keys|users|replaced_credentials|credit_entries)\b|\.(apiKey|user|replacedCredential|creditEntry)\.(create|update|upsert|delete)\w*\(|rehash\("|removal\("replaced|enterCredits\(/;
    const files = fs.readdirSync("lib", { recursive: true, encoding: "utf8" }).filter((file) => /(?<!\.test)\.ts$/.test(file));
    const writing = files.filter((file) => WRITES.test(fs.readFileSync(`lib/${file}`, "utf8"))).map((file) => file.slice(0, -3));
    const known = [...Object.values(CASES).flatMap(({ writers }) => writers), ...OTHERS];
    expect(writing.sort()).toStrictEqual([...new Set(known)].sort());
  });
});

test("a stream that begins when nobody reads is told all that happens meanwhile", async () => {
  const { credential } = await addService(database.query, env().KEY_HASH_SECRET, { scopes: ["feed"] });
  const held = holdCredential(credential as Credential);
  const { latchkeyFeed: hub } = globalThis as typeof globalThis & { latchkeyFeed?: { isRunning: boolean } };
  const leaves: (() => void)[] = [];
  let isOver = false;
  const others = (async () => {
    while (!isOver) await other.query("SELECT pg_current_xact_id()");
  })();
  for (let time = 0; time < 3; time += 1) {
    const { epoch, cursor } = await openPrimary(feedRun);
    const gaps: string[] = [];
    let own = parseCursor(cursor);
    let rounds = 0;
    await new Promise<void>((resolve) => {
      const push = (bytes: Uint8Array) => {
        const { from, to } = JSON.parse(Buffer.from(bytes).toString().trimEnd().split("\n").at(-1) ?? "");
        const [start, end] = [parseCursor(from), parseCursor(to)];
        if (!own || !start || !end || !covers(own, start)) gaps.push(from);
        own = end;
        rounds += 1;
        if (rounds === 2) resolve();
        return "taken" as const;
      };
      leaves.push(follow({ credential: held, push, end: resolve }, { epoch, cursor }));
    });
    expect(gaps).toStrictEqual([]);
    for (const leave of leaves.splice(0)) leave();
    await until(() => hub?.isRunning === false, "the end of the rounds");
  }
  isOver = true;
  await others;
});
