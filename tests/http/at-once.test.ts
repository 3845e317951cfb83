import { createHash, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { adminCall, call, newKey, query, verify } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { expectMadeOnce, whileKeyIsLocked } from "../support/races";
import { ledgerOf, replayableOf, report, usageOf } from "../support/usage";

// What depends on transactions, locks and constraints, and so on the way to the database.

const create = (user: TestUser, body: unknown, headers: Record<string, string> = {}) =>
  call("/api/auth/keys/create/", { token: user.access, body, headers });

async function countKeys(user: TestUser): Promise<number> {
  const [row] = await query<{ count: string }>("SELECT count(*) FROM api_keys WHERE user_id = $1", [user.id]);
  return Number(row?.count);
}

const regeneratePath = (id: string) => `/api/auth/keys/${id}/regenerate/`;
const regenerate = (user: TestUser, id: string, body?: unknown) =>
  call(regeneratePath(id), { method: "POST", token: user.access, body });
const isValid = async (key: string, secret: string | null = null) => (await verify({ key, secret })).body.valid;

describe("POST /api/auth/keys/create/ answers", () => {
  test("ten first keys at once, and makes one API account", async () => {
    const user = await newUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(user, { key_name: "first" })));
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(10).fill(201));
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(10);
    expect(await query("SELECT user_id FROM api_accounts WHERE user_id = $1", [user.id])).toHaveLength(1);
  });
});

describe("POST /api/auth/keys/create/ with an Idempotency-Key", () => {
  test("makes one key of ten calls at once", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(user, { key_name: "once" }, headers)));
    expectMadeOnce(answers, (made) => ({
      success: false,
      message: expect.any(String),
      error_code: "IDEMPOTENCY_KEY_USED",
      data: { id: made?.body.data.id, key_name: "once" },
    }));
    expect(await countKeys(user)).toBe(1);
  });

  test("refuses a different request under the same one", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    await create(user, { key_name: "one" }, headers);
    const answer = await create(user, { key_name: "two" }, headers);
    expect(answer.status).toBe(422);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "IDEMPOTENCY_KEY_MISMATCH" });
    expect(await countKeys(user)).toBe(1);
  });

  test("keeps users apart", async () => {
    const headers = { "Idempotency-Key": randomUUID() };
    expect((await create(await newUser(), { key_name: "a" }, headers)).status).toBe(201);
    expect((await create(await newUser(), { key_name: "a" }, headers)).status).toBe(201);
  });

  test("knows what an earlier version noted on the key itself", async () => {
    const user = await newUser();
    const key = await newKey(user, { key_name: "before" });
    const header = randomUUID();
    const [keyHash, inputHash] = [header, '["mf_live","before",["read","write"],null]'].map((text) =>
      createHash("sha256").update(text).digest(),
    );
    await query("UPDATE api_keys SET idempotency_hash = $2, idempotency_input_hash = $3 WHERE uuid = $1", [
      key.id,
      keyHash,
      inputHash,
    ]);
    const repeat = await create(user, { key_name: "before" }, { "Idempotency-Key": header });
    expect([repeat.status, repeat.body.data]).toStrictEqual([409, { id: key.id, key_name: "before" }]);
    expect((await create(user, { key_name: "other" }, { "Idempotency-Key": header })).status).toBe(422);
    expect(await countKeys(user)).toBe(1);
  });

  test("remembers successes alone, and neither header, body nor credential", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": `order-${randomUUID()}` };
    expect((await create(user, { key_name: "" }, headers)).status).toBe(400);
    const made = await create(user, { key_name: "Remembered once" }, headers);
    expect(made.status).toBe(201);
    const rows = await query("SELECT * FROM idempotency_records WHERE caller = $1", [`user:${user.id}`]);
    expect(rows).toStrictEqual([
      {
        caller: `user:${user.id}`,
        route: "create-key",
        key_hash: createHash("sha256").update(headers["Idempotency-Key"]).digest(),
        input_hash: expect.any(Buffer),
        target_id: made.body.data.id,
        created_at: expect.any(Date),
      },
    ]);
  });

  test.each([
    ["an empty one", ""],
    ["one of 256 characters", "k".repeat(256)],
    ["one outside ASCII", "clé"],
  ])("refuses %s", async (_, key) => {
    const user = await newUser();
    const answer = await create(user, { key_name: "a" }, { "Idempotency-Key": key });
    expect(answer.status).toBe(400);
    expect(answer.body.error_code).toBe("INVALID_IDEMPOTENCY_KEY");
    expect(await countKeys(user)).toBe(0);
  });
});

describe("POST /api/auth/keys/<id>/regenerate/ under concurrency", () => {
  test.each([
    ["without a grace", {}],
    ["with a grace", { grace_seconds: 600 }],
  ])("%s returns one pair that works to two calls at once", async (_, body) => {
    const user = await newUser();
    const old = await newKey(user);
    const answers = await whileKeyIsLocked(old.id, 2, () => Promise.all([1, 2].map(() => regenerate(user, old.id, body))));
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200]);
    const works = await Promise.all(answers.map(({ body: { data } }) => isValid(data.api_key, data.secret_key)));
    expect(works.filter(Boolean)).toHaveLength(1);
    expect(await isValid(old.api_key, old.secret_key)).toBe("grace_seconds" in body);
  });

  test("leaves no pair that works when the key is revoked at the same time", async () => {
    const user = await newUser();
    const old = await newKey(user);
    const [regenerated, revoked] = await whileKeyIsLocked(old.id, 2, () =>
      Promise.all([
        regenerate(user, old.id, { grace_seconds: 600 }),
        call(`/api/auth/keys/${old.id}/revoke/`, { method: "POST", token: user.access }),
      ]),
    );
    expect(revoked.status).toBe(200);
    expect([200, 409]).toContain(regenerated.status);
    const pairs = [old.api_key, ...(regenerated.status === 200 ? [regenerated.body.data.api_key] : [])];
    for (const key of pairs) expect((await verify({ key })).body).toMatchObject({ valid: false, code: "REVOKED" });
  });

  test("leaves no pair that works when staff delete the key at the same time", async () => {
    const user = await newUser();
    const old = await newKey(user);
    const [row] = await query<{ id: number }>("SELECT id FROM api_keys WHERE uuid = $1", [old.id]);
    const [regenerated, deleted] = await whileKeyIsLocked(old.id, 2, () =>
      Promise.all([regenerate(user, old.id), adminCall(`/api/api-keys/${row?.id}`, { method: "DELETE" })]),
    );
    expect(deleted.status).toBe(200);
    expect([200, 404]).toContain(regenerated.status);
    const pairs = [old.api_key, ...(regenerated.status === 200 ? [regenerated.body.data.api_key] : [])];
    for (const key of pairs) expect((await verify({ key })).body.code).toBe("NOT_FOUND");
  });
});

describe("POST /api/auth/keys/<id>/regenerate/ with an Idempotency-Key", () => {
  const withHeader = (user: TestUser, id: string, header: string, body: unknown = {}) =>
    call(regeneratePath(id), { token: user.access, body, headers: { "Idempotency-Key": header } });

  test("replaces once: repeats are told which key it was, also at once and after it was revoked", async () => {
    const user = await newUser();
    const { id } = await newKey(user, { key_name: "once" });
    const header = randomUUID();
    const answers = await whileKeyIsLocked(id, 2, () => Promise.all([1, 2].map(() => withHeader(user, id, header))));
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([200, 409]);
    const pair = answers.find(({ status }) => status === 200)?.body.data;
    await call(`/api/auth/keys/${id}/revoke/`, { method: "POST", token: user.access });
    const repeats = [...answers.filter(({ status }) => status === 409), await withHeader(user, id, header)];
    for (const repeat of repeats) {
      expect(repeat.body).toStrictEqual({
        success: false,
        message: expect.any(String),
        error_code: "IDEMPOTENCY_KEY_USED",
        data: { id, key_name: "once" },
      });
    }
    expect((await verify({ key: pair.api_key })).body.code).toBe("REVOKED");
  });

  test("refuses another grace or another key under the same one, and remembers no refusal", async () => {
    const user = await newUser();
    const [first, second] = [await newKey(user), await newKey(user)];
    const header = randomUUID();
    expect((await withHeader(user, first.id, header, { grace_seconds: -1 })).status).toBe(400);
    expect((await withHeader(user, first.id, header)).status).toBe(200);
    for (const answer of [
      await withHeader(user, first.id, header, { grace_seconds: 60 }),
      await withHeader(user, second.id, header),
    ])
      expect([answer.status, answer.body.error_code]).toStrictEqual([422, "IDEMPOTENCY_KEY_MISMATCH"]);
    expect(await isValid(second.api_key, second.secret_key)).toBe(true);
  });
});

describe("POST /usage answers", () => {
  test("twenty at once with one id count once", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => report({ apiKey: key.api_key, delta: 7 }, { id })));
    expect(new Set(answers.map((answer) => answer.status))).toStrictEqual(new Set([200]));
    const usage = await usageOf(user);
    expect([usage.calls, usage.credits]).toStrictEqual([1, 993]);
  });

  test.each([undefined, new Date()])(
    "a captured report with a time and a request's id: it counts once under any id, signed at %s",
    async (signedAt) => {
      const user = await newUser();
      const body = { apiKey: (await newKey(user)).api_key, delta: 5, ts: Date.now(), requestId: "req-1" };
      const answers = await Promise.all(["1", "2", "3", "4"].map((id) => report(body, { id, signedAt })));
      expect(answers.map((answer) => [answer.status, answer.body])).toStrictEqual(Array(4).fill([200, { ok: true }]));
      expect(await usageOf(user)).toMatchObject({ calls: 1, credits: 995 });
      const reordered = Object.fromEntries(Object.entries(body).reverse());
      expect((await report(reordered, { id: "5", signedAt })).body).toStrictEqual({ ok: true });
      expect(await usageOf(user)).toMatchObject({ calls: 2, credits: 990 });
      expect([await ledgerOf(user), await replayableOf(user)]).toStrictEqual([990, 0]);
    },
  );

  test("batches sharing ids with others in another order, at once: no deadlock, no double count", async () => {
    const users = await Promise.all([newUser(), newUser(), newUser()]);
    const keys = await Promise.all(users.map((user) => newKey(user)));
    const events = Array.from({ length: 300 }, (_, index) => ({ id: `shared-${index}`, keyId: keys[index % 3]?.id, delta: 1 }));
    const batches = [
      events,
      [...events].reverse(),
      events.slice(150),
      [...events.slice(0, 200)].reverse(),
      events,
      [...events].reverse(),
    ];
    const answers = await Promise.all(batches.map((batch) => report({ events: batch }, { id: null })));
    expect(answers.map((answer) => answer.status)).toStrictEqual(batches.map(() => 200));
    expect(answers.reduce((sum, answer) => sum + answer.body.accepted, 0)).toBe(300);
    for (const user of users) {
      const usage = await usageOf(user);
      expect([usage.calls, usage.credits, await ledgerOf(user)]).toStrictEqual([100, 900, 900]);
    }
  });
});

describe("the balance", () => {
  test("cannot be changed but through the ledger, nor the ledger once written", async () => {
    const user = await newUser();
    await expect(query("UPDATE users SET credits = 5 WHERE id = $1", [user.id])).rejects.toThrow("only through credit_entries");
    await expect(query("UPDATE credit_entries SET amount = 5 WHERE user_id = $1", [user.id])).rejects.toThrow("append-only");
    await expect(query("DELETE FROM credit_entries WHERE user_id = $1", [user.id])).rejects.toThrow("append-only");
    await query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, 50, 'adjustment'), ($1, -20, 'adjustment')", [
      user.id,
    ]);
    expect((await usageOf(user)).credits).toBe(1030);
  });
});
