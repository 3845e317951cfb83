import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import { adminCall, type CallOptions, call, INSTANT, newKey, query, randomEmail } from "../support/client";
import { refusesStrangers } from "../support/denials";
import { ADMIN_REFUSALS, refusesBadBodies } from "../support/hostile";
import { newMailedToken, newUser, type TestUser } from "../support/people";

const PATH = "/api/users";
const create = (body: unknown, headers: Record<string, string> = {}) => adminCall(PATH, { body, headers });
const list = (search: Record<string, string> = {}) => adminCall(`${PATH}?${new URLSearchParams(search)}`);
const get = (id: string) => adminCall(`${PATH}/${encodeURIComponent(id)}`);
const credit = (id: string, body: unknown, headers: Record<string, string> = {}) =>
  adminCall(`${PATH}/${encodeURIComponent(id)}/credits`, { body, headers });

/** Something that nobody else is called. */
const newId = () => `x${randomUUID().slice(0, 12)}`;
const wasElsewhere = ({ id }: { id: string }, source: string, formerId: string) =>
  query("INSERT INTO former_ids (source, id, user_id) VALUES ($1, $2, $3)", [source, formerId, id]);
const entriesOf = ({ id }: { id: string }) =>
  query<{ kind: string; amount: number }>(
    "SELECT kind::text, amount::int, reason, reference FROM credit_entries WHERE user_id = $1 ORDER BY id",
    [id],
  );
const auditOf = ({ id }: { id: string }, action: string) =>
  query(
    "SELECT actor_kind, before, after FROM audit_entries WHERE target_kind = 'user' AND target_id = $1 AND action = $2 ORDER BY id",
    [id, action],
  );

describe("POST /api/users answers", () => {
  test("201 with an account that has no password, its credits and its audit entry", async () => {
    const [email, externalId] = [randomEmail(), newId()];
    const body = {
      email: ` ${email.toUpperCase()}`,
      first_name: " Asha ",
      last_name: "Mrema",
      external_id: externalId,
      source: "mifumo",
      credits: 40,
    };
    const answer = await create(body);
    expect(answer.status).toBe(201);
    const { user } = answer.body;
    expect(answer.body).toStrictEqual({
      success: true,
      user: {
        id: expect.any(String),
        external_id: externalId,
        email,
        name: "Asha Mrema",
        credits: 40,
        role: "user",
        email_verified: false,
        banned: false,
        active_keys: 0,
        created_at: expect.stringMatching(INSTANT),
        last_seen_at: null,
      },
      mail_sent: false,
    });
    expect(await entriesOf(user)).toStrictEqual([{ kind: "signup", amount: 40, reason: null, reference: null }]);
    expect(await auditOf(user, "user.created")).toStrictEqual([
      {
        actor_kind: "admin_api",
        before: null,
        after: { email, role: "user", credits: 40, source: "mifumo", external_id: externalId },
      },
    ]);
    expect((await call("/api/auth/login/", { body: { email, password: "a long password" } })).status).toBe(400);
  });

  test("whoever is made so sets a password by a mailed link, which proves the address", async () => {
    const email = randomEmail();
    const { user } = (await create({ email })).body;
    expect(user).toMatchObject({ credits: 1000, external_id: null, name: "" });
    const token = await newMailedToken("reset-password", user);
    const reset = await call("/api/auth/password/reset/confirm/", { body: { token, new_password: "a long sentence" } });
    expect(reset.status).toBe(200);
    const signedIn = await call("/api/auth/login/", { body: { email, password: "a long sentence" } });
    expect([signedIn.status, signedIn.body.user.is_verified]).toStrictEqual([200, true]);
    for (const claim of ["external_id", "external_source"])
      expect(decodeJwt(signedIn.body.tokens.access)).not.toHaveProperty(claim);
  });

  test("no credits where none are wanted", async () => {
    const { user } = (await create({ email: randomEmail(), credits: 0 })).body;
    expect([user.credits, await entriesOf(user)]).toStrictEqual([0, []]);
  });

  test("the first answer again for the same Idempotency-Key, and one account of five calls at once", async () => {
    const [body, headers] = [{ email: randomEmail() }, { "Idempotency-Key": randomUUID() }];
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(body, headers)));
    const again = await create(body, headers);
    expect(again.status).toBe(201);
    for (const answer of answers) expect(answer.body).toStrictEqual(again.body);
    expect((await create({ email: randomEmail() }, headers)).status).toBe(422);
    expect((await create(body)).status).toBe(409);
  });
});

describe("POST /api/users refuses", () => {
  refusesBadBodies((options: CallOptions) => adminCall(PATH, options), ADMIN_REFUSALS);
  refusesStrangers((headers) => create({ email: randomEmail() }, headers));

  test("409 with whose the address is, or the id elsewhere", async () => {
    const taken = { success: false, error: "User already exists" };
    const user = await newUser();
    const byEmail = await create({ email: user.email.toUpperCase() });
    expect([byEmail.status, byEmail.body]).toStrictEqual([409, { ...taken, user: { id: user.id } }]);
    const id = newId();
    const made = await create({ email: randomEmail(), external_id: id });
    const byId = await create({ email: randomEmail(), external_id: id });
    expect([byId.status, byId.body]).toStrictEqual([409, { ...taken, user: { id: made.body.user.id } }]);
    expect((await create({ email: randomEmail(), external_id: id, source: "other" })).status).toBe(201);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no address", {}, "email is required"],
    ["null", { email: null }, "email is required"],
    ["a number", { email: 5 }, "email must be a string"],
    ["no address at all", { email: "nobody" }, "email is not valid"],
    ["an address of 300 characters", { email: `${"a".repeat(300)}@example.com` }, "email is not valid"],
    [
      "a name that turns text",
      { email: "a@example.com", first_name: "a\u202eb" },
      "first_name must have something to see, and no characters that control or turn text",
    ],
    ["a long name", { email: "a@example.com", last_name: "a".repeat(101) }, "last_name must have at most 100 characters"],
    ["an id that is none", { email: "a@example.com", external_id: {} }, "external_id must be a string or a whole number"],
    [
      "a number that is not counted exactly",
      { email: "a@example.com", external_id: 2 ** 53 },
      "external_id must be a string or a whole number",
    ],
    [
      "a blank id",
      { email: "a@example.com", external_id: "  " },
      "external_id must be 1 to 100 characters with something to see, and none that control or turn text",
    ],
    [
      "a long id",
      { email: "a@example.com", external_id: "a".repeat(101) },
      "external_id must be 1 to 100 characters with something to see, and none that control or turn text",
    ],
    [
      "an id with a NUL byte",
      { email: "a@example.com", external_id: "a\u0000b" },
      "external_id must be 1 to 100 characters with something to see, and none that control or turn text",
    ],
    ["half a credit", { email: "a@example.com", credits: 0.5 }, "credits must be a whole number"],
    ["credits in words", { email: "a@example.com", credits: "5" }, "credits must be a whole number"],
    ["a debt", { email: "a@example.com", credits: -1 }, "credits must not be negative"],
    ["a mail in words", { email: "a@example.com", send_mail: "no" }, "send_mail must be true or false"],
    ["a role", { email: "a@example.com", role: "admin" }, 'Unknown field "role".'],
    ["a slip", { email: "a@example.com", externalId: "1" }, 'Unknown field "externalId". Did you mean "external_id"?'],
    ["another name", { email: "a@example.com", balance: 1 }, 'Unknown field "balance". Did you mean "credits"?'],
  ])("400 for %s", async (_, body, error) => {
    const answer = await create(body);
    expect([answer.status, answer.body]).toStrictEqual([400, { success: false, error }]);
  });

  test.each(["Mifumo", "", "a b", "a:b", ".a", "a".repeat(51)])("400 for %j as source", async (source) => {
    const answer = await create({ email: randomEmail(), external_id: "1", source });
    expect([answer.status, answer.body.error]).toStrictEqual([400, expect.stringMatching(/^source must be/)]);
  });
});

describe("GET /api/users answers", () => {
  test("whom an address, an id elsewhere or a word finds, and nobody otherwise", async () => {
    const [user, id] = [await newUser(), newId()];
    await wasElsewhere(user, "mifumo", id);
    await newKey(user);
    const found = { id: user.id, external_id: id, email: user.email, credits: 1000, active_keys: 1 };
    const fitting: Record<string, string>[] = [
      { email: user.email.toUpperCase() },
      { external_id: id },
      { external_id: `mifumo:${id}` },
      { q: id },
      { q: `mifumo:${id}` },
      { q: user.email },
      { q: user.id },
      { q: user.email, external_id: id, email: user.email },
    ];
    for (const search of fitting) {
      const { body } = await list(search);
      expect([search, body.users.length, body.users[0], body.next_cursor]).toMatchObject([search, 1, found, null]);
    }
    const unfitting: Record<string, string>[] = [
      { external_id: `datazag:${id}` },
      { external_id: "\u0000" },
      { email: "a\u0000b" },
      { email: randomEmail() },
      { q: newId() },
      { q: id, email: randomEmail() },
    ];
    for (const search of unfitting)
      expect([search, (await list(search)).body]).toStrictEqual([search, { success: true, users: [], next_cursor: null }]);
  });

  test("both where two people are called the same", async () => {
    const [one, two, id] = [await newUser(), await newUser(), newId()];
    await wasElsewhere(one, "mifumo", id);
    await wasElsewhere(two, "datazag", id);
    const ids = (await list({ external_id: id })).body.users.map((user: TestUser) => user.id);
    expect(new Set(ids)).toStrictEqual(new Set([one.id, two.id]));
    expect((await list({ external_id: `datazag:${id}` })).body.users).toMatchObject([{ id: two.id }]);
  });

  test("everybody in pages, the newest first, each once", async () => {
    const made = [await newUser(), await newUser(), await newUser()];
    const seen: string[] = [];
    for (let cursor = ""; seen.length < 6; ) {
      const { body } = await list({ limit: "2", cursor });
      seen.push(...body.users.map((user: TestUser) => user.id));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    const own = seen.filter((id) => made.some((user) => user.id === id));
    expect(own).toStrictEqual(made.map(({ id }) => id).reverse());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("and leaves a trace where it is everybody", async () => {
    await list({ limit: "1" });
    await expect
      .poll(() => query("SELECT 1 FROM audit_entries WHERE action = 'users.listed' AND actor_kind = 'admin_api'"))
      .not.toHaveLength(0);
  });

  test.each([
    [{ limit: "0" }, "limit must be from 1 to 1000"],
    [{ limit: "1001" }, "limit must be from 1 to 1000"],
    [{ limit: "1e2" }, "limit must be from 1 to 1000"],
    [{ cursor: "x" }, "cursor is not valid"],
    [{ cursor: "1-2" }, "cursor is not valid"],
    [{ q: "a".repeat(255) }, "q must have at most 254 characters"],
    [{ q: "a\u0000" }, "q must not contain control characters"],
    [{ externalId: "1" }, 'Unknown field "externalId". Did you mean "external_id"?'],
    [{ role: "admin" }, 'Unknown field "role".'],
  ])("400 for %j", async (search, error) => {
    const answer = await list(search as unknown as Record<string, string>);
    expect([answer.status, answer.body]).toStrictEqual([400, { success: false, error }]);
  });

  refusesStrangers((headers) => adminCall(PATH, { headers }));
});

describe("GET /api/users/:id answers", () => {
  test("the user and the keys, masked, by every name", async () => {
    const [user, id] = [await newUser(), newId()];
    const key = await newKey(user);
    await wasElsewhere(user, "mifumo", id);
    await wasElsewhere(user, "datazag", `a/b ${id}:é`);
    const [account] = await query<{ account_id: string }>("SELECT account_id FROM api_accounts WHERE user_id = $1", [user.id]);
    for (const name of [user.id, user.id.toUpperCase(), account?.account_id ?? "", id, `mifumo:${id}`, `datazag:a/b ${id}:é`]) {
      const answer = await get(name);
      expect([name, answer.status, answer.body.user?.id]).toStrictEqual([name, 200, user.id]);
      expect(answer.body.keys).toMatchObject([{ key: `${key.api_key.slice(0, 14)}...`, user_email: user.email }]);
    }
  });

  test("409 for an id that two people have, and each by SOURCE:ID; one that a person has twice is no question", async () => {
    const [one, two, id] = [await newUser(), await newUser(), newId()];
    await wasElsewhere(one, "mifumo", id);
    await wasElsewhere(one, "old", id);
    expect((await get(id)).body.user.id).toBe(one.id);
    await wasElsewhere(two, "datazag", id);
    const answer = await get(id);
    expect([answer.status, answer.body]).toStrictEqual([409, { success: false, error: "Ambiguous user id" }]);
    expect((await get(`datazag:${id}`)).body.user.id).toBe(two.id);
    expect((await credit(id, { amount: 1, reason: "Why" })).status).toBe(409);
    for (const [search, status] of [
      [id, 409],
      [`datazag:${id}`, 200],
      [`nowhere:${id}`, 200],
    ] as const)
      expect((await adminCall(`/api/api-keys?userId=${search}`)).status).toBe(status);
  });

  test.each(["0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1", "abc", "acc_0123456789abcdef", "a:b", ":", "a".repeat(5000), " "])(
    "404 for %j",
    async (id) => {
      const answer = await get(id);
      expect([answer.status, answer.body]).toStrictEqual([404, { success: false, error: "User not found" }]);
    },
  );

  refusesStrangers((headers) => adminCall(`${PATH}/${randomUUID()}`, { headers }));
});

describe("An id elsewhere", () => {
  test("names the owner of a new key, as text and as a number, and whose keys are listed", async () => {
    const user = await newUser();
    const number = Math.floor(Math.random() * 2 ** 50);
    await wasElsewhere(user, "datazag", String(number));
    for (const userId of [number, String(number), `datazag:${number}`]) {
      const made = await adminCall("/api/api-keys", { body: { userId } });
      expect([made.status, made.body.user.id]).toStrictEqual([201, user.id]);
      expect((await adminCall(`/api/api-keys?userId=${userId}`)).body.keys[0].id).toBe(made.body.key.id);
    }
  });

  test("is tried after our own", async () => {
    const [user, other] = [await newUser(), await newUser()];
    await wasElsewhere(other, "mifumo", user.id);
    expect((await get(user.id)).body.user.id).toBe(user.id);
    expect((await get(`mifumo:${user.id}`)).body.user.id).toBe(other.id);
  });

  test("is in access tokens, the first of several, and stays there when they are refreshed", async () => {
    const [user, id] = [await newUser(), newId()];
    await query(
      "INSERT INTO former_ids (source, id, user_id, added_at) VALUES ('b', 'later', $1, now()), ('z', $2, $1, now() - interval '1 day')",
      [user.id, id],
    );
    const { tokens } = (await call("/api/auth/login/", { body: { email: user.email, password: user.password } })).body;
    expect(decodeJwt(tokens.access)).toMatchObject({ external_id: id, email: user.email });
    expect(decodeJwt(tokens.refresh)).not.toHaveProperty("external_id");
    const refreshed = await call("/api/auth/token/refresh/", { body: { refresh: tokens.refresh } });
    expect(decodeJwt(refreshed.body.access)).toMatchObject({ external_id: id });
  });
});

describe("POST /api/users/:id/credits answers", () => {
  test("200 with the new balance and the entry, which the ledger and the audit log have", async () => {
    const user = await newUser();
    const [reason, reference] = ["Order 1042", newId()];
    const answer = await credit(user.id, { amount: 500, reason: ` ${reason} `, reference });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      success: true,
      user: { id: user.id, credits: 1500 },
      entry: { id: expect.any(Number), amount: 500, reason, reference, at: expect.stringMatching(INSTANT) },
    });
    expect((await entriesOf(user)).slice(1)).toStrictEqual([{ kind: "adjustment", amount: 500, reason, reference }]);
    expect(await auditOf(user, "user.credits_adjusted")).toStrictEqual([
      { actor_kind: "admin_api", before: { credits: 1000 }, after: { credits: 1500, amount: 500, reason, reference } },
    ]);
  });

  test("the same entry for each repeat of a reference, and once of ten at once", async () => {
    const [user, reference] = [await newUser(), newId()];
    const body = { amount: 7, reason: "Sold", reference };
    const answers = await Promise.all(Array.from({ length: 10 }, () => credit(user.id, body)));
    const again = await credit(user.id, { ...body, reason: "In other words" });
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(10).fill(200));
    for (const { entry } of [...answers, again].map((answer) => answer.body)) expect(entry).toStrictEqual(answers[0]?.body.entry);
    expect(again.body.user.credits).toBe(1007);
    expect(await entriesOf(user)).toHaveLength(2);
  });

  test("422 for a reference of another amount or person, also of two at once", async () => {
    const [user, other, reference] = [await newUser(), await newUser(), newId()];
    await credit(user.id, { amount: 7, reason: "Sold", reference });
    const refused = { success: false, error: "This reference was used before with a different request" };
    for (const answer of [
      await credit(user.id, { amount: 8, reason: "Sold", reference }),
      await credit(other.id, { amount: 7, reason: "Sold", reference }),
    ])
      expect([answer.status, answer.body]).toStrictEqual([422, refused]);
    const shared = newId();
    const both = await Promise.all([user, other].map(({ id }) => credit(id, { amount: 7, reason: "Sold", reference: shared })));
    expect(both.map(({ status }) => status).sort()).toStrictEqual([200, 422]);
  });

  test("the same entry for each repeat of an Idempotency-Key, with and without a reference", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => credit(user.id, { amount: -10, reason: "Taken" }, headers)),
    );
    for (const { body } of answers) expect(body.entry).toStrictEqual(answers[0]?.body.entry);
    expect((await credit(user.id, { amount: -11, reason: "Taken" }, headers)).status).toBe(422);
    const [reference, later] = [newId(), { "Idempotency-Key": randomUUID() }];
    const sold = { amount: 5, reason: "Sold", reference };
    const first = (await credit(user.id, sold)).body.entry;
    for (const _ of [1, 2]) expect((await credit(user.id, sold, later)).body.entry).toStrictEqual(first);
    expect((await entriesOf(user)).map(({ amount }) => amount)).toStrictEqual([1000, -10, 5]);
  });

  test("down to zero, and 409 below it, where nothing is written", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    const below = await credit(user.id, { amount: -1001, reason: "Too many" }, headers);
    expect([below.status, below.body]).toStrictEqual([409, { success: false, error: "There are only 1,000 credits to remove." }]);
    expect((await credit(user.id, { amount: -1000, reason: "All" }, headers)).status).toBe(200);
    const both = await Promise.all([1, 2].map(() => credit(user.id, { amount: -1, reason: "More" })));
    expect(both.map(({ status }) => status)).toStrictEqual([409, 409]);
  });

  test("400 where the balance would be more than can be kept", async () => {
    const user = await newUser();
    const answer = await credit(user.id, { amount: Number.MAX_SAFE_INTEGER, reason: "Rich" });
    expect([answer.status, answer.body.error]).toStrictEqual([400, expect.stringMatching(/^The balance would be more than/)]);
  });
});

describe("POST /api/users/:id/credits refuses", () => {
  refusesBadBodies((options: CallOptions) => adminCall(`${PATH}/${randomUUID()}/credits`, options), ADMIN_REFUSALS);
  refusesStrangers((headers) => credit(randomUUID(), { amount: 1, reason: "Why" }, headers));

  test.each<[string, Record<string, unknown>, string]>([
    ["nothing", {}, "amount must be a whole number, not zero"],
    ["zero", { amount: 0, reason: "Why" }, "amount must be a whole number, not zero"],
    ["a half", { amount: 0.5, reason: "Why" }, "amount must be a whole number, not zero"],
    ["text", { amount: "5", reason: "Why" }, "amount must be a whole number, not zero"],
    ["more than is counted exactly", { amount: 2 ** 53, reason: "Why" }, "amount must be a whole number, not zero"],
    ["no reason", { amount: 1 }, "reason is required"],
    ["a blank reason", { amount: 1, reason: " " }, "reason is required"],
    ["a long reason", { amount: 1, reason: "a".repeat(301) }, "reason must have at most 300 characters"],
    ["a reason of two lines", { amount: 1, reason: "a\nb" }, "reason must not contain line breaks or control characters"],
    ["an empty reference", { amount: 1, reason: "Why", reference: "" }, "reference must not be empty"],
    ["a long reference", { amount: 1, reason: "Why", reference: "a".repeat(101) }, "reference must have at most 100 characters"],
    [
      "a credential as reference",
      { amount: 1, reason: "Why", reference: `datazag_${"a".repeat(64)}` },
      "reference must not be a credential",
    ],
    ["a field that is none", { amount: 1, reason: "Why", kind: "import" }, 'Unknown field "kind".'],
    ["a slip", { ammount: 1, reason: "Why" }, 'Unknown field "ammount". Did you mean "amount"?'],
  ])("400 for %s", async (_, body, error) => {
    const answer = await credit((await newUser()).id, body);
    expect([answer.status, answer.body]).toStrictEqual([400, { success: false, error }]);
  });

  test("404 for nobody", async () => {
    const answer = await credit(randomUUID(), { amount: 1, reason: "Why" });
    expect([answer.status, answer.body]).toStrictEqual([404, { success: false, error: "User not found" }]);
  });
});
