import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { adminCall, type CallOptions, call, INSTANT, query, verify } from "../support/client";
import { refusesStrangers } from "../support/denials";
import { ADMIN_REFUSALS, refusesBadBodies } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";
import { expectMadeOnce } from "../support/races";

const PATH = "/api/api-keys";
const create = (body: unknown, headers: Record<string, string> = {}) => adminCall(PATH, { body, headers });

describe("POST /api/api-keys answers", () => {
  test("201 with the seed's shape", async () => {
    const user = await newUser();
    const answer = await create({ userId: user.id, name: "My API Key" });
    expect(answer.status).toBe(201);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key created successfully",
      key: {
        id: expect.any(Number),
        key: expect.stringMatching(/^datazag_[0-9a-f]{64}$/),
        name: "My API Key",
        active: true,
        created_at: expect.stringMatching(INSTANT),
      },
      user: { id: user.id, email: user.email, credits: 1000 },
    });
    expect(Number.isInteger(answer.body.key.id)).toBe(true);
    expect((await verify({ key: answer.body.key.key })).body).toMatchObject({ valid: true, user_id: user.id });
  });

  test.each([
    ["a missing name", {}, "API Key"],
    ["null", { name: null }, "API Key"],
    ["an empty name", { name: "" }, "API Key"],
    ["a blank name", { name: " \t " }, "API Key"],
    ["a padded name", { name: "  Mine " }, "Mine"],
    ["100 characters", { name: "n".repeat(100) }, "n".repeat(100)],
  ])("with a name for %s", async (_, fields, name) => {
    const answer = await create({ userId: (await newUser()).id, ...fields });
    expect(answer.status).toBe(201);
    expect(answer.body.key.name).toBe(name);
  });

  test("with permissions and an expiry as the user API takes them", async () => {
    const user = await newUser();
    const fields = { permissions: { sms: ["send"] }, expires_at: "2125-01-01T00:00:00+01:00" };
    const { key } = (await create({ userId: user.id, ...fields })).body;
    expect((await verify({ key: key.key, permission: "sms:send" })).body).toMatchObject({
      valid: true,
      permissions: { sms: ["send"] },
      expires_at: "2124-12-31T23:00:00.000Z",
    });
    expect((await verify({ key: key.key, permission: "sms:status" })).body.code).toBe("INSUFFICIENT_PERMISSIONS");
  });

  test("the same for a userId in upper case, which is echoed as it is written elsewhere", async () => {
    const user = await newUser();
    const answer = await create({ userId: ` ${user.id.toUpperCase()}`, comment: "ignored" });
    expect([answer.status, answer.body.user.id]).toStrictEqual([201, user.id]);
    const listed = await adminCall(`${PATH}?userId=${user.id.toUpperCase()}`);
    expect(listed.body.keys).toHaveLength(1);
    const written = { target: String(answer.body.key.id), owner: user.id };
    expect(
      await query("SELECT 1 FROM audit_entries WHERE target_id = $1 AND after->>'owner_id' = $2", [
        written.target,
        written.owner,
      ]),
    ).toHaveLength(1);
  });

  test("ten first keys at once, and makes one API account", async () => {
    const user = await newUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({ userId: user.id })));
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(10).fill(201));
    expect(await query("SELECT id FROM api_accounts WHERE user_id = $1", [user.id])).toHaveLength(1);
  });

  test("with an audit entry of staff that holds no credential", async () => {
    const user = await newUser();
    const { key } = (await create({ userId: user.id })).body;
    const entries = await query("SELECT * FROM audit_entries WHERE target_kind = 'api_key' AND target_id = $1", [String(key.id)]);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ action: "api_key.created", actor_kind: "admin_api", actor_id: null });
    expect(JSON.stringify(entries)).not.toContain(key.key);
  });
});

describe("POST /api/api-keys with an Idempotency-Key", () => {
  test("makes one key of five calls at once, and names it to the others", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ userId: user.id, name: "once" }, headers)));
    expectMadeOnce(answers, (made) => ({
      success: false,
      error: expect.stringMatching(/^This Idempotency-Key was used before/),
      key: { id: made?.body.key.id, name: "once" },
    }));
    expect(await query("SELECT id FROM api_keys WHERE user_id = $1", [user.id])).toHaveLength(1);
  });

  test.each([
    ["another name", async (user: TestUser) => ({ userId: user.id, name: "two" })],
    ["another owner", async () => ({ userId: (await newUser()).id, name: "one" })],
  ])("refuses %s under the same one", async (_, change) => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    await create({ userId: user.id, name: "one" }, headers);
    const answer = await create(await change(user), headers);
    expect([answer.status, answer.body]).toStrictEqual([422, { success: false, error: expect.any(String) }]);
  });

  test("is another's than the owner's, and forgets a request that failed", async () => {
    const user = await newUser();
    const headers = { "Idempotency-Key": randomUUID() };
    await call("/api/auth/keys/create/", { token: user.access, body: { key_name: "own" }, headers });
    expect((await create({ userId: "0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1" }, headers)).status).toBe(404);
    expect((await create({ userId: user.id }, headers)).status).toBe(201);
  });

  test("400 for one that is none", async () => {
    const answer = await create({ userId: (await newUser()).id }, { "Idempotency-Key": "k".repeat(256) });
    expect([answer.status, answer.body]).toStrictEqual([
      400,
      { success: false, error: expect.stringContaining("Idempotency-Key") },
    ]);
  });
});

describe("POST /api/api-keys takes the owner's e-mail address for a missing userId", () => {
  test("in any case, and not where there is one", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const made = await create({ email: ` ${user.email.toUpperCase()}`, userId: "" });
    expect([made.status, made.body.user.id]).toStrictEqual([201, user.id]);
    expect((await create({ email: other.email, userId: user.id })).body.user.id).toBe(user.id);
  });

  test.each(["nobody@example.com", "%", "not an address", "a\u0000b", "'; --"])("404 for %j", async (email) => {
    const answer = await create({ email });
    expect([answer.status, answer.body]).toStrictEqual([404, { success: false, error: "User not found" }]);
  });
});

describe("POST /api/api-keys refuses bad input", () => {
  refusesBadBodies((options: CallOptions) => adminCall(PATH, options), ADMIN_REFUSALS);

  test.each([
    ["no userId", {}, "userId is required"],
    ["null", { userId: null }, "userId is required"],
    ["an empty userId", { userId: "" }, "userId is required"],
    ["a blank userId", { userId: "  " }, "userId is required"],
    ["a fraction", { userId: 1.5 }, "userId must be a string or a whole number"],
    ["a number that is not counted exactly", { userId: 2 ** 53 }, "userId must be a string or a whole number"],
    ["a list", { userId: ["a"] }, "userId must be a string or a whole number"],
    ["an object", { userId: {} }, "userId must be a string or a whole number"],
    ["an email that is none", { email: 7 }, "email must be a string"],
    ["a blank email", { email: " ", userId: null }, "userId is required"],
    ["a misspelt userId", { userid: "a" }, 'Unknown field "userid". Did you mean "userId"?'],
    ["a misspelt expiry", { userId: "a", expiresAt: null }, 'Unknown field "expiresAt". Did you mean "expires_at"?'],
    ["misspelt permissions", { userId: "a", scopes: ["read"] }, 'Unknown field "scopes". Did you mean "permissions"?'],
  ])("400 for %s", async (_, body, error) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, error });
  });

  test("400 for no body at all", async () => {
    const answer = await adminCall(PATH, { method: "POST" });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, error: "userId is required" });
  });

  test.each([
    ["an unknown id", "0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1"],
    ["a number", 1],
    ["a word", "abc"],
    ["a NUL byte", "\u0000"],
    ["half a surrogate pair", "\ud800"],
    ["5,000 characters", "u".repeat(5000)],
    ["the nil UUID", "00000000-0000-0000-0000-000000000000"],
  ])("404 for %s as userId", async (_, userId) => {
    const answer = await create({ userId });
    expect(answer.status).toBe(404);
    expect(answer.body).toStrictEqual({ success: false, error: "User not found" });
  });

  test.each([
    ["101 characters", "n".repeat(101)],
    ["a number", 5],
    ["a NUL byte", "a\u0000b"],
    ["half a surrogate pair", "\udc00"],
    ["a list", ["a"]],
  ])("400 for %s as name, and makes no row", async (_, name) => {
    const user = await newUser();
    const answer = await create({ userId: user.id, name });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, error: expect.any(String) });
    expect(await query("SELECT id FROM api_keys WHERE user_id = $1", [user.id])).toStrictEqual([]);
  });

  test.each([
    ["permissions", { permissions: "read" }],
    ["expiry", { expires_at: "tomorrow" }],
  ])("400 with a sentence, not a code, for a wrong %s", async (_, fields) => {
    const answer = await create({ userId: (await newUser()).id, ...fields });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, error: expect.stringMatching(/ /) });
  });
});

describe("POST /api/api-keys refuses other people:", () => {
  refusesStrangers((headers) => adminCall(PATH, { method: "POST", raw: "{", headers }));
});
