import { createHash, randomBytes, randomUUID } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { KeyLine } from "@latchkey/rule/feed";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type CurrentUser, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { sql } from "../../lib/database/client";
import { findSnapshot, readPage } from "../../lib/feed/snapshots";
import { openPrimary } from "../../lib/feed/state";
import { countUnsealed, keyLines, keyPage, ownerLines, ownerPage } from "../../lib/feed/states";
import { createKey, type IssuedKey } from "../../lib/keys/create";
import { endGrace } from "../../lib/keys/end-grace";
import { regenerateKey } from "../../lib/keys/regenerate";
import { recordUsage } from "../../lib/usage/record";
import { hashesKept } from "../../lib/verification/rehash";
import { feedSalt } from "../../lib/verification/salt";
import { verifyKey } from "../../lib/verification/verify";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

const [FIRST, SECOND] = [1, 2].map(() => randomBytes(32).toString("hex")) as [string, string];
const settings = vi.hoisted(() => ({ over: {} as Record<string, string | undefined> }));
vi.mock("../../lib/settings/env", async (original) => {
  const { env, ...rest } = await original<typeof import("../../lib/settings/env")>();
  return { ...rest, env: () => ({ ...env(), ...settings.over }) };
});

let database: ScratchDatabase;
let owner: CurrentUser;

beforeAll(async () => {
  database = await ownDatabase();
  const id = randomUUID();
  await database.query("INSERT INTO users (id, email, name) VALUES ($1, 'owner@example.com', 'Owner')", [id]);
  owner = { id, email: "owner@example.com", sessionId: null, actor: { ...SYSTEM_ACTOR, kind: "user", userId: id } };
  await feedSalt();
});
afterAll(() => database.drop());
beforeEach(() => {
  settings.over = { KEY_HASH_SECRET: FIRST, KEY_HASH_SECRET_PREVIOUS: undefined, KEY_HASH_SECRET_NEXT: undefined };
});

const make = (given = {}) =>
  createKey(SYSTEM_ACTOR, owner.id, { name: "Till 4", permissions: ["*"], expiresAt: null, format: "mf_live", ...given });
const lineOf = async ({ id }: { id: number }): Promise<KeyLine> => {
  const [line] = await keyLines([id], sql);
  if (!line) throw new Error("no line");
  return line;
};
/** As a verifier makes it. */
const digest = async (credential: string | null) =>
  createHash("sha256")
    .update((await feedSalt()) + credential)
    .digest()
    .subarray(0, 24)
    .toString("base64url");
const pairOf = async ({ key, secret }: Pick<IssuedKey, "key" | "secret">) => ({ d: await digest(key), s: await digest(secret) });
const forgetSeals = ({ id }: { id: number }) =>
  database.query("UPDATE api_keys SET credential_seal = NULL, secret_seal = NULL WHERE id = $1", [id]);

test("a key that is made is told with the digests of both its credentials, and shows neither in its row", async () => {
  const key = await make();
  expect(await lineOf(key)).toMatchObject({ id: key.uuid, owner: owner.id, st: "active", exp: null, creds: [await pairOf(key)] });
  const [row] = await database.query("SELECT k.*, k::text AS whole FROM api_keys k WHERE id = $1", [key.id]);
  for (const { d, s } of [await pairOf(key)])
    for (const shown of [d, s].flatMap((text) => [text, Buffer.from(text, "base64url").toString("hex")]))
      expect(JSON.stringify(row)).not.toContain(shown);
  const single = await make({ format: "datazag" });
  expect((await lineOf(single)).creds).toStrictEqual([{ d: await digest(single.key), s: null }]);
});

test("one that was regenerated is told with the former pair for as long as its grace lasts", async () => {
  const key = await make();
  const renewed = await regenerateKey(owner, key.uuid, { graceSeconds: 600 });
  const until = renewed.previousExpiresAt?.getTime();
  const both = [await pairOf(renewed), { ...(await pairOf(key)), until }];
  expect((await lineOf(key)).creds).toStrictEqual(both);
  await endGrace(owner, key.uuid);
  expect((await lineOf(key)).creds).toStrictEqual([both[0]]);
});

test("one without digests gets them when it is seen in clear, that of the secret with the secret, and is counted until then", async () => {
  const before = await countUnsealed(sql);
  const key = await make();
  await forgetSeals(key);
  expect(await countUnsealed(sql)).toStrictEqual({ ...before, mf_live: before.mf_live + 1 });
  expect((await lineOf(key)).creds).toStrictEqual([]);
  await verifyKey({ key: key.key, cost: 0 });
  await hashesKept();
  expect((await lineOf(key)).creds).toStrictEqual([{ d: await digest(key.key) }]);
  expect(await countUnsealed(sql)).toStrictEqual(before);
  // A wrong secret seals nothing.
  const other = await make();
  await verifyKey({ key: key.key, secret: other.secret, cost: 0 });
  await hashesKept();
  expect((await lineOf(key)).creds).toStrictEqual([{ d: await digest(key.key) }]);
  await verifyKey({ key: key.key, secret: key.secret, cost: 0 });
  await hashesKept();
  expect((await lineOf(key)).creds).toStrictEqual([await pairOf(key)]);
  const [ended] = [await make()];
  await forgetSeals(ended);
  await database.query("UPDATE api_keys SET revoked_at = now() WHERE id = $1", [ended.id]);
  expect(await countUnsealed(sql)).toStrictEqual(before);
});

test("a snapshot whose pages were made under a secret that is not set any more is made anew", async () => {
  const key = await make();
  const list = async () => findSnapshot(await openPrimary(sql));
  const first = await list();
  expect(first?.pages.length).toBeGreaterThan(0);
  expect((await list())?.pages).toStrictEqual(first?.pages);
  settings.over = { ...settings.over, KEY_HASH_SECRET: SECOND };
  const second = await list();
  const last = await readPage(second?.pages.at(-1) ?? "");
  expect(gunzipSync(last ?? "").toString()).toContain(key.uuid);
  // With the former secret beside it, what was made under that is of use.
  settings.over = { ...settings.over, KEY_HASH_SECRET: randomBytes(32).toString("hex"), KEY_HASH_SECRET_PREVIOUS: SECOND };
  expect((await list())?.pages).toStrictEqual(second?.pages);
});

test("a report that shows a credential in clear has its digest sealed, a former one's too; one by id has not", async () => {
  const key = await make();
  await forgetSeals(key);
  await recordUsage([{ id: "by-id", keyId: key.uuid, delta: 0 }]);
  await hashesKept();
  expect((await lineOf(key)).creds).toStrictEqual([]);
  const reported = { id: "in-clear", apiKey: key.key, delta: 0 };
  expect(await recordUsage([reported])).toStrictEqual(["accepted"]);
  await hashesKept();
  expect((await lineOf(key)).creds).toStrictEqual([{ d: await digest(key.key) }]);
  const renewed = await regenerateKey(owner, key.uuid, { graceSeconds: 600 });
  await database.query(
    "UPDATE replaced_credentials SET credential_seal = NULL WHERE key_id = (SELECT id FROM api_keys WHERE uuid = $1)",
    [key.uuid],
  );
  expect((await lineOf(key)).creds).toStrictEqual([await pairOf(renewed)]);
  await recordUsage([{ ...reported, id: "later" }]);
  await hashesKept();
  expect((await lineOf(key)).creds).toMatchObject([await pairOf(renewed), { d: await digest(key.key) }]);
});

test("a digest moves to the present KEY_HASH_SECRET with its hash, and one under a secret that is not set is told to nobody", async () => {
  const key = await make();
  const left = await make();
  settings.over = { ...settings.over, KEY_HASH_SECRET: SECOND, KEY_HASH_SECRET_PREVIOUS: FIRST };
  expect((await lineOf(key)).creds).toStrictEqual([await pairOf(key)]);
  await verifyKey({ key: key.key, secret: key.secret, cost: 0 });
  await hashesKept();
  expect((await lineOf(key)).creds).toStrictEqual([await pairOf(key)]);
  settings.over = { ...settings.over, KEY_HASH_SECRET_PREVIOUS: undefined };
  expect((await lineOf(key)).creds).toStrictEqual([await pairOf(key)]);
  expect((await lineOf(left)).creds).toStrictEqual([]);
});

test("what somebody wrote into the table from another row, or made themselves, is told to nobody", async () => {
  const [key, other] = [await make(), await make()];
  await database.query(
    "UPDATE api_keys k SET credential_seal = o.credential_seal FROM api_keys o WHERE k.id = $1 AND o.id = $2",
    [key.id, other.id],
  );
  expect((await lineOf(key)).creds).toStrictEqual([]);
});

test("a line says how a key is, and pages hold all but those that are deleted", async () => {
  const key = await make({ name: "Ends", permissions: { sms: ["send"] }, expiresAt: new Date("2100-01-01T00:00:00Z") });
  expect(await lineOf(key)).toMatchObject({ name: "Ends", p: { sms: ["send"] }, exp: 4_102_444_800_000 });
  for (const [column, st] of [
    ["disabled_at", "disabled"],
    ["revoked_at", "revoked"],
    ["deleted_at", "deleted"],
  ]) {
    await database.query(`UPDATE api_keys SET ${column} = now() WHERE id = $1`, [key.id]);
    expect((await lineOf(key)).st).toBe(st);
  }
  const ids: string[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof keyPage>> = await keyPage(after, 2, sql);
    ids.push(...page.lines.map((line) => (line.t === "key" ? line.id : "")));
    after = page.lastId;
  }
  const rows = await database.query<{ uuid: string }>("SELECT uuid FROM api_keys WHERE deleted_at IS NULL ORDER BY id");
  expect(ids).toStrictEqual(rows.map(({ uuid }) => uuid));
});

test("an owner is told with what is left below a thousand credits, and one that there is not, as gone", async () => {
  const nobody = randomUUID();
  const line = async () => (await ownerLines([owner.id, nobody], sql))[0];
  expect(await ownerLines([owner.id, nobody], sql)).toMatchObject([
    { t: "owner", id: owner.id, banned: false, credits: 0 },
    { t: "gone", kind: "owner", id: nobody },
  ]);
  await database.query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, 1000, 'adjustment')", [owner.id]);
  expect(await line()).toMatchObject({ credits: "some" });
  await database.query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, -1, 'usage')", [owner.id]);
  await database.query("UPDATE users SET banned = true WHERE id = $1", [owner.id]);
  expect(await line()).toMatchObject({ credits: 999, banned: true });
  expect((await ownerPage(null, 10, sql)).lines).toHaveLength(1);
});
