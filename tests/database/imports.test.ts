import { createHash, randomBytes, randomUUID } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { makeCredentials } from "@latchkey/rule/credentials";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Actor, type CurrentAdmin, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { registerUser } from "../../lib/identity/accounts";
import { issueToken } from "../../lib/identity/mailed-tokens";
import { resetPassword } from "../../lib/identity/password-reset";
import { openSession, signIn } from "../../lib/identity/sessions";
import { importRecords } from "../../lib/imports/import";
import type { ImportFile } from "../../lib/imports/rows";
import { discardUpload, findUpload, importUpload, keepUpload, listUploads, tryUpload } from "../../lib/imports/uploads";
import { createKey } from "../../lib/keys/create";
import { boundRequest } from "../../lib/request/deadline";
import { currentSecretId } from "../../lib/verification/hash-secrets";
import { digestHashes } from "../../lib/verification/hashes";
import { verifyKey } from "../../lib/verification/verify";
import { randomEmail } from "../support/client";
import { exported, importFile, importRows, ndjson } from "../support/imports";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
});
afterAll(() => database.drop());

const OWN_HASH = `${"0".repeat(32)}:${"0".repeat(128)}`;
const foreign = () => `mif_${randomBytes(33).toString("base64url").slice(0, 43)}`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
let count = 0;
/** Ids that no other test has. */
const nextId = () => {
  count += 1;
  return `id-${count}`;
};
const person = (fields: object = {}) => ({ type: "user", id: nextId(), email: randomEmail(), email_verified: true, ...fields });
const keyOf = (owner: { id: string }, fields: object = {}) => ({
  type: "key",
  id: nextId(),
  user_id: owner.id,
  credential: foreign(),
  ...fields,
});
const reasons = ({ refused }: { refused: { line: number; reason: string; first: { line: number } | null }[] }) =>
  refused.map(({ line, reason, first }) => [line, reason, ...(first ? [first.line] : [])]);
const totals = () =>
  database.query(`SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM api_keys) AS keys,
    (SELECT count(*)::int FROM former_ids) AS former_ids, (SELECT count(*)::int FROM credit_entries) AS entries,
    (SELECT count(*)::int FROM audit_entries WHERE action LIKE '%.imported') AS audited, (SELECT count(*)::int FROM credential_forms) AS forms`);
const keyRow = async ({ id }: { id: string }) => (await database.query("SELECT * FROM api_keys WHERE former_id = $1", [id]))[0];

describe("a person, their keys and their balance", () => {
  const one = person({
    email: "Asha.Mrema@Example.com",
    first_name: "Asha",
    last_name: "Mrema",
    phone_number: "+255 700 100200",
    password_hash: OWN_HASH,
    created_at: "2024-03-01 10:00:00+00",
    credits: 500,
  });
  const secret = foreign().slice(4);
  const clear = keyOf(one, {
    name: "Clear",
    secret,
    permissions: { sms: ["send"] },
    total_uses: "12",
    last_used_at: 1704164645,
    note: "A note",
    expires_at: "2031-01-01",
  });
  const [hashed, disabled, ended] = [foreign(), foreign(), foreign()];
  const byHash = keyOf(one, {
    credential: undefined,
    credential_sha256: sha256(hashed),
    form: { prefix: "mif_", signs: "base64url", length: 43 },
    visible_part: `${hashed.slice(0, 20)}`,
  });
  const paused = keyOf(one, {
    credential: disabled,
    active: false,
    disabled_at: "2025-01-01",
    disabled_by: "owner",
    replaced: [{ credential: ended, valid_until: "2025-02-01" }],
  });
  const revoked = keyOf(one, { active: "f" });
  const content = ndjson({ type: "balance", user_id: person().id, credits: 3 }, revoked, clear, byHash, paused, one);

  test("are there afterwards, wherever in the file they stand, with entries of the audit log and the ledger", async () => {
    const dry = await importRows(content, { isDry: true });
    expect(await totals()).toMatchObject([{ users: 0, keys: 0, audited: 0, forms: 0 }]);
    const done = await importRows(content);
    expect(done).toStrictEqual(dry);
    expect(done).toMatchObject({ users: { new: 1 }, keys: { new: 4, weak: 0 }, balances: { new: 1 } });
    expect(reasons(done)).toStrictEqual([[1, "Its owner was not imported from this source."]]);
    const [user] = await database.query(
      "SELECT u.*, a.password, f.id AS former_id FROM users u JOIN former_ids f ON f.user_id = u.id JOIN accounts a ON a.account_id = u.id::text",
    );
    expect(user).toMatchObject({
      email: "asha.mrema@example.com",
      email_verified: true,
      unproven: false,
      name: "Asha Mrema",
      credits: "500",
      credits_on_confirmation: null,
      created_at: new Date("2024-03-01T10:00:00Z"),
      password: OWN_HASH,
      former_id: one.id,
    });
    expect(await database.query("SELECT kind, amount, reference FROM credit_entries")).toStrictEqual([
      { kind: "import", amount: "500", reference: `former:${one.id}` },
    ]);
    expect(await database.query("SELECT action, count(*)::int FROM audit_entries GROUP BY 1 ORDER BY 1")).toStrictEqual([
      { action: "api_key.imported", count: 4 },
      { action: "credits.imported", count: 1 },
      { action: "import.run", count: 1 },
      { action: "user.imported", count: 1 },
    ]);
    expect((await database.query("SELECT user_id FROM api_accounts")).length).toBe(1);
  });

  test("have what the file says of them, and nothing in clear", async () => {
    const hashOf = (text: string) => Buffer.from((digestHashes(sha256(text))[0] ?? "").slice(2), "hex");
    const stored = {
      credential_hashed_under: currentSecretId(),
      format: "foreign",
      source: "former",
      weak: false,
      made_unproven: false,
    };
    expect(await keyRow(clear)).toMatchObject({
      ...stored,
      name: "Clear",
      hint: clear.credential.slice(0, 10),
      credential_hash: hashOf(clear.credential),
      permissions: { sms: ["send"] },
      total_uses: "12",
      last_used_at: new Date(1704164645000),
      note: "A note",
      expires_at: new Date("2031-01-01"),
    });
    expect(await keyRow(byHash)).toMatchObject({ ...stored, credential_hash: hashOf(hashed), hint: hashed.slice(0, 10) });
    expect(await keyRow(paused)).toMatchObject({ revoked_at: null, disabled_by: "owner", disabled_at: new Date("2025-01-01") });
    expect(await keyRow(revoked)).toMatchObject({ revoked_at: expect.any(Date), revoked_by: null });
    expect(await database.query("SELECT credential_hash, hint, format FROM replaced_credentials")).toStrictEqual([
      { credential_hash: hashOf(ended), hint: ended.slice(0, 10), format: "foreign" },
    ]);
    const everything = JSON.stringify(await database.query("SELECT a.*, to_json(k) FROM audit_entries a, api_keys k"));
    for (const text of [clear.credential, secret, disabled, hashed, OWN_HASH])
      expect(everything).not.toContain(text.slice(11, 40));
  });

  test("are there once, however often they are imported", async () => {
    const before = await totals();
    const again = await importRows(content);
    expect(again).toMatchObject({ users: { new: 0, there: 1 }, keys: { new: 0, there: 4 }, balances: { new: 0, there: 1 } });
    expect(await totals()).toStrictEqual(before);
    const other = await importRows(ndjson({ ...one, credits: 501 }));
    expect(reasons(other)).toStrictEqual([[1, "Another balance was imported for this person before. It stays."]]);
    expect(await totals()).toStrictEqual(before);
  });
});

test("Of what is there twice the first counts, and the other row is refused with its line", async () => {
  const [one, two] = [person({ email: "twice@example.com" }), person()];
  const credential = foreign();
  const key = keyOf(one, { credential });
  const rows = [
    one,
    { ...two, email: "TWICE@example.com" },
    { ...one, email: randomEmail() },
    key,
    keyOf(one, { credential }),
    { ...key, credential: foreign() },
  ];
  const balances = [
    { type: "balance", user_id: one.id, credits: 1 },
    { type: "balance", email: one.email, credits: 2 },
  ];
  const content = ndjson(...rows, ...balances, keyOf({ id: "nobody" }), keyOf({ id: two.id }));
  const expected = [
    [2, "The same e-mail address as another row.", 1],
    [3, "The same id as another row.", 1],
    [5, "Another key has the same credential.", 4],
    [6, "The same id as another row.", 4],
    [9, "Its owner was not imported from this source."],
    [10, "Its owner was not imported from this source."],
    [8, "The same person’s balance as another row.", 7],
  ];
  expect(reasons(await importRows(content, { isDry: true }))).toStrictEqual(expected);
  expect(reasons(await importRows(content))).toStrictEqual(expected);
  const others = await importRows(ndjson(person({ email: one.email }), keyOf(one, { credential })));
  expect(reasons(others)).toStrictEqual([
    [1, "Somebody else was imported with this e-mail address before."],
    [2, "Another key has the same credential."],
  ]);
});

test("A key without an id is known by its credential, also once that was replaced", async () => {
  const one = person();
  const key = keyOf(one, { id: undefined });
  const content = ndjson(one, key);
  expect(await importRows(content)).toMatchObject({ keys: { new: 1 } });
  await database.query(
    `WITH k AS (SELECT * FROM api_keys WHERE user_id = (SELECT user_id FROM former_ids WHERE id = $1))
     INSERT INTO replaced_credentials (credential_hash, key_id, hint, valid_until) SELECT credential_hash, id, hint, now() FROM k`,
    [one.id],
  );
  await database.query(
    "UPDATE api_keys SET credential_hash = sha256('another') WHERE user_id = (SELECT user_id FROM former_ids WHERE id = $1)",
    [one.id],
  );
  expect(await importRows(content)).toMatchObject({ keys: { new: 0, there: 1 }, refused: [] });
});

describe("somebody who has an account here", () => {
  const STRANGER: Actor = { kind: "user", userId: null, address: "192.0.2.9", requestId: null };
  const register = async (emailVerified: boolean) => {
    const input = { email: randomEmail(), password: "a long sentence", first_name: "Neema", last_name: "Kweka" };
    const { id, email } = await registerUser(STRANGER, input, emailVerified ? { emailVerified } : {});
    const { sessionId } = await openSession(STRANGER, id, null);
    const key = await createKey({ ...STRANGER, userId: id, sessionId }, id, {
      name: "Key",
      permissions: [],
      expiresAt: null,
      format: "mf_live",
    });
    return { id, email, key };
  };
  const state = async (id: string) =>
    (
      await database.query(
        `SELECT u.email_verified, u.first_name, a.password = $2 AS has_password_of_file, (SELECT count(*)::int FROM sessions WHERE user_id = u.id) AS sessions,
           (SELECT count(*)::int FROM api_keys WHERE user_id = u.id AND disabled_at IS NULL) AS keys,
           ARRAY(SELECT id FROM former_ids WHERE user_id = u.id) AS former_ids
         FROM users u JOIN accounts a ON a.user_id = u.id WHERE u.id = $1`,
        [id, OWN_HASH],
      )
    )[0];

  test("is joined, where the address is proven: their password and name stay, and the keys are theirs", async () => {
    const there = await register(true);
    const one = person({ email: there.email, email_verified: false, first_name: "Another", password_hash: OWN_HASH });
    expect(await importRows(ndjson(one, keyOf(one)))).toMatchObject({
      users: { new: 0, joined: 1 },
      keys: { new: 1 },
      refused: [],
    });
    expect(await state(there.id)).toStrictEqual({
      ...{ email_verified: true, first_name: "Neema", has_password_of_file: false },
      ...{ sessions: 1, keys: 2, former_ids: [one.id] },
    });
  });

  test("is taken over, where the file says whose address it is and nobody has shown it here", async () => {
    const there = await register(false);
    const one = person({ email: there.email, password_hash: OWN_HASH });
    expect(await importRows(ndjson(one, keyOf(one)))).toMatchObject({ users: { taken_over: 1 }, keys: { new: 1 }, refused: [] });
    expect(await state(there.id)).toStrictEqual({
      ...{ email_verified: true, first_name: "Neema", has_password_of_file: true },
      ...{ sessions: 0, keys: 1, former_ids: [one.id] },
    });
    expect(
      await database.query("SELECT actor_kind, actor_id FROM audit_entries WHERE action = 'api_key.disabled'"),
    ).toStrictEqual([{ actor_kind: "system", actor_id: null }]);
  });

  test("is refused, where nobody says whose address it is", async () => {
    const there = await register(false);
    const one = person({ email: there.email, email_verified: undefined });
    const done = await importRows(ndjson(one, keyOf(one)));
    expect(reasons(done)).toStrictEqual([
      [1, "There is an account with this address here. Neither it nor the file says that the address is theirs."],
      [2, "Its owner was not imported from this source."],
    ]);
    expect(await state(there.id)).toMatchObject({ sessions: 1, keys: 1, former_ids: [] });
  });

  test("is refused, where the file says that they are banned and they are not: their keys open nothing", async () => {
    for (const isProven of [true, false]) {
      const there = await register(isProven);
      const one = person({ email: there.email, banned: true });
      const content = ndjson(one, keyOf(one));
      for (const isDry of [true, false])
        expect(reasons(await importRows(content, { isDry }))).toStrictEqual([
          [1, "The file says that they are banned, and their account here is not. Ban it first, or leave that out."],
          [2, "Its owner was not imported from this source."],
        ]);
      await database.query("UPDATE users SET banned = true WHERE id = $1", [there.id]);
      expect(await importRows(content)).toMatchObject({ keys: { new: 1 }, refused: [] });
    }
  });

  test("is refused, where it is an administrator’s that nobody has proved: what a file says makes nobody staff", async () => {
    const there = await register(false);
    await database.query("UPDATE users SET role = 'admin' WHERE id = $1", [there.id]);
    const done = await importRows(ndjson(person({ email: there.email, password_hash: OWN_HASH })));
    expect(reasons(done)).toStrictEqual([
      [1, "This is the address of an administrator who has not confirmed it. They have to, before."],
    ]);
    expect(await state(there.id)).toMatchObject({ has_password_of_file: false, sessions: 1, former_ids: [] });
  });
});

test("Whoever the file does not say it of has shown nothing: the address is unproven, and so are the keys", async () => {
  const one = person({ email_verified: false });
  const key = keyOf(one);
  await importRows(ndjson(one, key));
  expect(await keyRow(key)).toMatchObject({ made_unproven: true });
  expect(await database.query("SELECT unproven FROM users WHERE email = $1", [one.email])).toStrictEqual([{ unproven: true }]);
});

test("Credentials that could be guessed are refused, or flagged where that is asked for", async () => {
  const one = person();
  const weak = keyOf(one, { credential: "mif_abcdefgh12345678" });
  const refused = await importRows(
    ndjson(one, weak, keyOf(one, { credential: "short" }), keyOf(one, { credential: `mif_white space ${foreign()}` })),
  );
  const malformed =
    "credential: It is too short or too long, holds characters that no credential has, or looks like one of ours and has another checksum.";
  expect(reasons(refused)).toStrictEqual([
    [2, "The credential could be guessed: it has less than 112 bits. It is imported, and flagged, where such are taken."],
    [3, malformed],
    [4, malformed],
  ]);
  expect(await database.query("SELECT 1 FROM credential_forms WHERE length = 16")).toStrictEqual([]);
  expect(await importRows(ndjson(weak), { allowWeak: true })).toMatchObject({ keys: { new: 1, weak: 1 } });
  expect(await keyRow(weak)).toMatchObject({ weak: true, format: "foreign" });
});

test("Of a credential that could be guessed as little is shown where only its hash is known", async () => {
  const one = person();
  const form = { prefix: "pin_", signs: "lower", length: 10 };
  const clear = "pin_abcdefgh12";
  const key = keyOf(one, { credential: undefined, credential_sha256: sha256(clear), form, visible_part: clear });
  await importRows(ndjson(one, key), { allowWeak: true });
  expect(await keyRow(key)).toMatchObject({ hint: "pin_ab", weak: true });
});

test("A credential that stands in another field of its row is kept nowhere", async () => {
  const one = person();
  const [credential, secret] = [foreign(), foreign()];
  const rows = [
    { id: credential },
    { name: `Old ${credential}` },
    { note: secret },
    { permissions: { [secret]: ["send"] } },
    { name: secret, replaced: [{ credential: foreign(), secret, valid_until: "2040-01-01" }] },
  ];
  const keys = rows.map((fields) => keyOf(one, { credential, secret, ...fields }));
  const done = await importRows(ndjson(one, ...keys));
  expect(done.refused.map(({ id, reason }) => [id, reason])).toStrictEqual(
    keys.map(({ id }) => [id === credential ? null : id, "What opens its key stands in another field of the row too."]),
  );
});

test("A name, a phone number or a time zone that cannot be kept is left out, and costs nobody the account and the keys", async () => {
  const odd = { first_name: "two\nlines", last_name: "Mrema", phone_number: "ask Asha", timezone: "Nowhere/Else" };
  const one = person(odd);
  const content = ndjson(one, keyOf(one), person({ ...odd, email: "no address" }));
  for (const isDry of [true, false]) {
    const done = await importRows(content, { isDry });
    expect(done).toMatchObject({ users: { new: 1, with_less: 1, without_password: 0 }, keys: { new: 1 } });
    expect(reasons(done)).toStrictEqual([[3, "email: Enter a valid email address."]]);
    expect(done.taken).toMatchObject([
      { line: 1, id: one.id, reason: expect.stringMatching(/^Left out: first_name: .*: phone_number: .*: timezone: /) },
    ]);
  }
  expect(await database.query("SELECT name, phone_number, timezone FROM users WHERE email = $1", [one.email])).toStrictEqual([
    { name: "Mrema", phone_number: null, timezone: "UTC" },
  ]);
  expect((await importRows(content)).taken).toStrictEqual([]);
});

describe("a person whose password nothing could be checked against", () => {
  const hashes = [
    `pbkdf2_sha256$9000000$salt$${"A".repeat(43)}=`,
    `$2b$20$${"a".repeat(53)}`,
    "md5$salt$00",
    "plain text",
    `pbkdf2_sha256$1000$salt\u0000$${"A".repeat(43)}=`,
    "salt".repeat(1000),
  ];
  const stored = ({ email }: { email: string }) =>
    database.query("SELECT u.id, a.password FROM users u LEFT JOIN accounts a ON a.user_id = u.id WHERE u.email = $1", [email]);

  test("is taken without it, and listed with the reason; the hash is kept nowhere", async () => {
    const people = hashes.map((password_hash) => person({ password_hash }));
    const keys = people.map((one) => keyOf(one));
    const content = ndjson(...people, ...keys);
    const dry = await importRows(content, { isDry: true });
    const done = await importRows(content);
    expect(done).toStrictEqual(dry);
    expect(done).toMatchObject({ users: { new: 6, without_password: 6 }, keys: { new: 6 }, refused: [] });
    const unknown = "The password will not work. The form of its hash is not known.";
    expect(done.taken.map(({ id, reason }) => [id, reason])).toStrictEqual([
      [people[0]?.id, "The password will not work. PBKDF2 has more than 2000000 rounds."],
      [people[1]?.id, "The password will not work. The cost of bcrypt is above 14."],
      ...people.slice(2).map(({ id }) => [id, unknown]),
    ]);
    expect(JSON.stringify(done)).not.toContain("salt");
    for (const one of people) expect(await stored(one)).toStrictEqual([{ id: expect.any(String), password: null }]);
    const said = await database.query("SELECT after FROM audit_entries WHERE after->>'former_id' = $1", [people[3]?.id]);
    expect(said).toMatchObject([{ after: { has_password: false } }]);
    expect(await importRows(content)).toMatchObject({ users: { new: 0, there: 6, without_password: 0 }, taken: [] });
  });

  test("is refused as with a wrong password, until a mailed link sets another", async () => {
    const one = person({ password_hash: "plain text" });
    await importRows(ndjson(one));
    const caller = {
      actor: { kind: "user", userId: null, address: "192.0.2.9", requestId: null },
      headers: new Headers(),
    } as const;
    await expect(signIn(caller, one.email, "plain text")).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    const [row] = await stored(one);
    const token = await issueToken("reset-password", String(row?.id));
    await resetPassword(caller.actor, token, { text: "another long sentence", field: "new_password" });
    expect(await signIn(caller, one.email, "another long sentence")).toMatchObject({ user: { email: one.email } });
  });

  test("who has an account here keeps the password of that, where it is proven, and loses the one of whoever made it, where it is not", async () => {
    const input = { password: "a long sentence", first_name: "Neema", last_name: "Kweka" };
    const actor: Actor = { kind: "user", userId: null, address: "192.0.2.9", requestId: null };
    const proven = await registerUser(actor, { ...input, email: randomEmail() }, { emailVerified: true });
    const unproven = await registerUser(actor, { ...input, email: randomEmail() });
    const rows = [proven, unproven].map(({ email }) => person({ email, password_hash: "plain text" }));
    const done = await importRows(ndjson(...rows));
    expect(done).toMatchObject({ users: { joined: 1, taken_over: 1, without_password: 1 }, refused: [] });
    expect(done.taken.map(({ id }) => id)).toStrictEqual([rows[1]?.id]);
    expect(await stored(proven)).toMatchObject([{ password: expect.any(String) }]);
    expect(await stored(unproven)).toMatchObject([{ password: null }]);
  });
});

describe("a balance", () => {
  test("may be as large as any that is kept, and is exported as it is", async () => {
    const people = [person({ credits: Number.MAX_SAFE_INTEGER }), person()];
    const balance = { type: "balance", user_id: people[1]?.id, credits: `${-Number.MAX_SAFE_INTEGER}` };
    expect(await importRows(ndjson(...people, balance))).toMatchObject({ balances: { new: 2 }, refused: [] });
    const own = (await exported()).map((line) => JSON.parse(line)).filter(({ credits }) => Math.abs(credits) > 1e15);
    expect(own.map(({ credits }) => credits).sort((one, other) => other - one)).toStrictEqual([
      Number.MAX_SAFE_INTEGER,
      -Number.MAX_SAFE_INTEGER,
    ]);
    expect(reasons(await importRows(ndjson({ ...balance, credits: "9007199254740992" })))).toStrictEqual([
      [1, "credits: This is above 9007199254740991."],
    ]);
  });

  test("that would be more than is kept, together with what somebody has here, is refused", async () => {
    const actor: Actor = { kind: "user", userId: null, address: "192.0.2.9", requestId: null };
    const input = { email: randomEmail(), password: "a long sentence", first_name: "Neema", last_name: "Kweka" };
    const there = await registerUser(actor, input, { emailVerified: true });
    const content = ndjson(person({ email: there.email, credits: Number.MAX_SAFE_INTEGER }));
    for (const isDry of [true, false])
      expect(reasons(await importRows(content, { isDry }))).toStrictEqual([
        [1, "Together with the credits that they have here, this would be more than is kept."],
      ]);
    expect(await database.query("SELECT 1 FROM credit_entries WHERE user_id = $1 AND kind = 'import'", [there.id])).toStrictEqual(
      [],
    );
  });

  test("that is refused is listed under its owner’s id, also where the row says an address, and in a dry run", async () => {
    const one = person();
    const rows = [1, 2].map((credits) => ({ type: "balance", email: one.email, credits }));
    const content = ndjson(...rows, one);
    for (const isDry of [true, false])
      expect((await importRows(content, { isDry })).refused).toMatchObject([
        { line: 2, id: one.id, reason: "The same person’s balance as another row.", first: { line: 1 } },
      ]);
  });
});

test("Keys under a secret that is not set here are refused before anything is written", async () => {
  const before = await totals();
  const one = person();
  const key = keyOf(one, {
    credential: undefined,
    latchkey_hash: sha256("x"),
    latchkey_secret: "0123456789abcdef",
    form: "mf_live",
  });
  const former = { latchkey_hash: sha256("y"), latchkey_secret: "0123456789abcdef", form: "mf_live", valid_until: "2040-01-01" };
  const written = keyOf(one, { replaced: JSON.stringify([former]) });
  for (const [content, isDry] of [key, written, keyOf(one, { replaced: [former] })].flatMap((row) =>
    [true, false].map((isDry) => [ndjson(one, row), isDry] as const),
  ))
    await expect(importRows(content, { isDry })).rejects.toThrow(/KEY_HASH_SECRET 0123456789abcdef, which is not set/);
  expect(await totals()).toStrictEqual(before);
});

describe("a file that staff uploaded", () => {
  const staff = (): CurrentAdmin => {
    const userId = randomUUID();
    const actor: Actor = { kind: "admin", userId, address: null, requestId: null };
    return { id: userId, email: "staff@example.com", sessionId: randomUUID(), actor } as CurrentAdmin;
  };
  const upload = (admin: CurrentAdmin, content: string, allowWeak = false) =>
    keepUpload(admin, { name: "file.ndjson", bytes: new Uint8Array(Buffer.from(content)), source: "former", allowWeak });
  const kept = async (id: string) => {
    const [row] = await database.query<{ content: Buffer }>("SELECT content FROM import_files WHERE id = $1", [id]);
    return gunzipSync(row?.content ?? "").toString();
  };
  const word = () => randomBytes(24).toString("hex");
  const one = person({ credits: 7 });
  const [clear, live, secret, former, misplaced] = [
    foreign(),
    makeCredentials("mf_live", randomBytes).key,
    word(),
    `old-${word()}`,
    foreign(),
  ];
  const weak = { prefix: "pin_", clear: `pin_${randomBytes(6).toString("hex")}` };
  const byHash = {
    credential: undefined,
    credential_sha256: createHash("sha256").update(misplaced).digest("base64url"),
    visible_part: misplaced,
  };
  const keys = [
    keyOf(one, { credential: clear, secret }),
    keyOf(one, { credential: live, replaced: [{ credential: former, valid_until: "2040-01-01" }] }),
    keyOf(one, { credential: weak.clear }),
    keyOf(one, { credential: clear }),
    { ...keyOf(one), api_key: misplaced },
    keyOf(one, { id: live, credential: "short" }),
    keyOf({ id: "nobody" }),
    keyOf({ id: "nobody" }, { ...byHash, form: { prefix: "mif_", signs: "base64url", length: 43 } }),
  ];
  const content = `\uFEFF${ndjson(one, person({ email: "no address" }), person({ password_hash: misplaced }))}
{broken ${misplaced}
${ndjson({ type: "balance", user_id: one.id, credits: 8 }, ...keys)}`;
  const cells = (text: unknown) => `"${String(text).replaceAll('"', '""')}"`;
  const csv = `user_id;credential;secret;replaced;note\r\n${[
    [one.id, foreign(), word(), JSON.stringify([{ credential: foreign(), valid_until: "2040-01-01" }]), "two\nlines"],
    [one.id, weak.clear, "", "", "Weak"],
  ]
    .map((row) => `${row.map(cells).join(";")}\r\n`)
    .join("")}${one.id};${misplaced}\r\n`;

  test("is kept without what opens anything, and says of itself what it would have said", async () => {
    const admin = staff();
    for (const [text, allowWeak] of [
      [content, false],
      [content, true],
      [csv, false],
      [csv, true],
    ] as const) {
      const id = await upload(admin, text, allowWeak);
      const inClear = [...text.matchAll(/(?:mif|mf_live|pin)_[\w-]+|old-\w+|[0-9a-f]{48}/g)].map(([found]) => found);
      expect(inClear.length).toBeGreaterThan(3);
      const stored = await kept(id);
      expect(inClear.filter((each) => stored.includes(each))).toStrictEqual([]);
      const { refused, taken, ...counts } = await importRows(text, { isDry: true, allowWeak });
      const said = await tryUpload(admin, { id });
      expect(said.counts).toStrictEqual(counts);
      expect(said.shown).toStrictEqual(refused.toSorted((before, after) => before.line - after.line));
      expect(said.refused).toBe(refused.length);
      expect(said.taken).toStrictEqual(taken);
    }
  });

  test("is imported as its administrator, once, and its keys work and are masked", async () => {
    const admin = staff();
    const id = await upload(admin, content);
    expect(await findUpload(staff(), id)).toBeNull();
    await expect(tryUpload(staff(), { id })).rejects.toThrow("kept no longer");
    await expect(importUpload(staff(), id)).rejects.toThrow("kept no longer");
    // Of an import that takes longer than a request may, or a connection may be quiet, all the same.
    const stayOpen = vi.fn();
    const end = boundRequest(0, stayOpen);
    const { counts, refused, read, refusedOf } = await importUpload(admin, id).finally(end);
    expect(stayOpen).toHaveBeenCalled();
    expect(counts).toMatchObject({ users: { new: 2, without_password: 1 }, keys: { new: 2 }, balances: { new: 1 } });
    expect(read).toStrictEqual({ form: 0, user: 3, key: 8, balance: 2 });
    expect(refusedOf).toStrictEqual({ form: 0, user: 1, key: 6, balance: 1, none: 1 });
    expect(refused).toBe(9);
    const verdicts = [{ key: clear, secret }, { key: live }, { key: former }].map((asked) => verifyKey({ ...asked, cost: 0 }));
    expect((await Promise.all(verdicts)).map(({ code }) => code)).toStrictEqual(["VALID", "VALID", "VALID"]);
    const forms = await database.query<{ length: number }>(
      "SELECT length FROM credential_forms WHERE length = 48 AND signs = 'hex'",
    );
    expect(forms.length).toBeGreaterThanOrEqual(1);
    const runs = await database.query("SELECT 1 FROM audit_entries WHERE action = 'import.run' AND actor_id = $1", [admin.id]);
    expect(runs).toHaveLength(1);
    await expect(importUpload(admin, id)).rejects.toThrow("kept no longer");
  });

  test("takes the place of the oldest of four, and is not there an hour later", async () => {
    const admin = staff();
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) ids.push(await upload(admin, ndjson(person())));
    expect((await listUploads(admin)).map((each) => each.id).sort()).toStrictEqual(ids.slice(1).sort());
    const [, second = "", third = "", last = ""] = ids;
    await discardUpload(staff(), second);
    await discardUpload(admin, third);
    await database.query("UPDATE import_files SET added_at = now() - interval '61 minutes' WHERE id = $1", [last]);
    expect((await listUploads(admin)).map((each) => each.id)).toStrictEqual([second]);
    expect(await findUpload(admin, last)).toBeNull();
  });

  test("may come again, also where ids look as its keys do, which have no prefix", async () => {
    const admin = staff();
    const digits = () => randomBytes(18).toString("hex");
    const one = person({ id: digits() });
    const content = ndjson(one, keyOf(one, { id: digits(), credential: digits() }));
    await importUpload(admin, await upload(admin, content));
    const { counts, shown } = await tryUpload(admin, { id: await upload(admin, content) });
    expect({ there: [counts.users.there, counts.keys.there], shown }).toStrictEqual({ there: [1, 1], shown: [] });
  });

  test("is refused where its columns cannot be understood, without a word of what stands there", async () => {
    const refused = upload(staff(), `${foreign()},email\n`);
    await expect(refused).rejects.toThrow("file.ndjson has columns that are not known: column 1. Its first line must name");
  });
});

test("However many reasons rows are refused for, some of them are told apart, and all are counted", async () => {
  const names = Array.from({ length: 300 }, (_, place) =>
    (place + 9_000_000).toString(26).replaceAll(/\d/g, (digit) => `q${"abcdefghij"[Number(digit)]}`),
  );
  const files = [importFile(ndjson(...names.map((name) => ({ ...person(), [name]: 1 }))))];
  const how = { files, source: "former", actor: SYSTEM_ACTOR, isDry: true, allowWeak: false, onRemark: () => {} };
  const counted = Object.values((await importRecords(how)).reasons);
  expect(counted.length).toBeLessThan(names.length / 2);
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(names.length);
});

test("While one import runs, a second one is told so at once", async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isIn = () => {};
  const begun = new Promise<void>((resolve) => {
    isIn = resolve;
  });
  let opened = 0;
  const content = ndjson(person());
  const slow: ImportFile = {
    ...importFile(content),
    open: async function* () {
      opened += 1;
      // The first time it is read for what is wrong with its lines, before the turn.
      if (opened === 2) {
        isIn();
        await held;
      }
      yield Buffer.from(content);
    },
  };
  const first = importRows("", { files: [slow] });
  await begun;
  await expect(importRows(ndjson(person()))).rejects.toThrow("Another import is running.");
  letGo();
  expect(await first).toMatchObject({ users: { new: 1 } });
  expect(await importRows(ndjson(person()))).toMatchObject({ users: { new: 1 } });
});

test("An export is imported into an empty database, and exported there as it was", async () => {
  await database.query("UPDATE api_keys SET note = E'two\\nlines', self_rotation = true WHERE name = 'Clear'");
  const lines = await exported();
  expect(lines.length).toBeGreaterThan(20);
  // The triggers that keep the ledger are not asked, nor those that keep people and keys.
  const tables = ["users", "api_keys", "replaced_credentials"];
  const turn = (how: string) => tables.map((table) => `ALTER TABLE ${table} ${how} TRIGGER ${table}_kept`).join("; ");
  await database.query(
    `BEGIN; SET LOCAL session_replication_role = replica; ${turn("DISABLE")}; TRUNCATE users, former_ids, credential_forms CASCADE;
     ${turn("ENABLE ALWAYS")}; COMMIT`,
  );
  const content = `${lines.join("\n")}\n`;
  const options = { source: "latchkey", allowWeak: true };
  expect(await importRows(content, options)).toMatchObject({ refused: [] });
  expect(await exported()).toStrictEqual(lines);
  expect(await importRows(content, options)).toMatchObject({
    users: { new: 0 },
    keys: { new: 0 },
    balances: { new: 0 },
    refused: [],
  });
});
