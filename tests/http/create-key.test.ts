import { describe, expect, test } from "vitest";
import { adminCall, type CallOptions, call, INSTANT, newKey, query, UUID, verify } from "../support/client";
import { refusesOtherPeople } from "../support/denials";
import { refusesBadBodies, USER_REFUSALS } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";

const PATH = "/api/auth/keys/create/";
const CREDENTIAL = /^mf_live_[0-9A-Za-z]{38}$/;

const create = (user: TestUser, body: unknown, headers: Record<string, string> = {}) =>
  call(PATH, { token: user.access, body, headers });

async function countKeys(user: TestUser): Promise<number> {
  const [row] = await query<{ count: string }>("SELECT count(*) FROM api_keys WHERE user_id = $1", [user.id]);
  return Number(row?.count);
}

describe("POST /api/auth/keys/create/ answers", () => {
  test("201 with the seed's shape", async () => {
    const answer = await create(await newUser(), { key_name: "Test API Key" });
    expect(answer.status).toBe(201);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key created successfully",
      data: {
        id: expect.stringMatching(UUID),
        key_name: "Test API Key",
        api_key: expect.stringMatching(CREDENTIAL),
        secret_key: expect.stringMatching(CREDENTIAL),
        permissions: ["read", "write"],
        created_at: expect.stringMatching(INSTANT),
        expires_at: null,
        status: "active",
        is_active: true,
        total_uses: 0,
        last_used: null,
        updated_at: answer.body.data.created_at,
      },
    });
  });

  test("with a key that verifies at once, for its owner", async () => {
    const user = await newUser();
    const key = await newKey(user);
    expect(key.api_key).not.toBe(key.secret_key);
    expect((await verify({ key: key.api_key, secret: key.secret_key })).body).toMatchObject({ valid: true, user_id: user.id });
    expect((await verify({ key: key.secret_key })).body).toMatchObject({ valid: false, code: "NOT_FOUND" });
  });

  test.each([
    ["trimmed", "  Padded \t\n", "Padded"],
    ["of one character", "x", "x"],
    ["of 100 characters", "n".repeat(100), "n".repeat(100)],
    ["of 100 characters outside the basic plane", "🔑".repeat(100), "🔑".repeat(100)],
    ["with quotes and markup", `<b>"it's"</b> \\`, `<b>"it's"</b> \\`],
  ])("with a name %s", async (_, sent, kept) => {
    const answer = await create(await newUser(), { key_name: sent });
    expect(answer.status).toBe(201);
    expect(answer.body.data.key_name).toBe(kept);
  });

  test("with the last of two values under one name", async () => {
    const user = await newUser();
    const answer = await call(PATH, { token: user.access, method: "POST", raw: '{"key_name":"first","key_name":"last"}' });
    expect(answer.body.data.key_name).toBe("last");
  });

  test("two keys of the same name", async () => {
    const user = await newUser();
    const [first, second] = [await newKey(user), await newKey(user)];
    expect(first.id).not.toBe(second.id);
    expect(first.api_key).not.toBe(second.api_key);
  });

  test.each([
    ["a list", '["read"]'],
    ["an empty list", "[]"],
    ["an empty object", "{}"],
    ["actions by resource, in their order", '{"sms":["send","status"],"*":["read"],"a":[]}'],
    ["a resource called __proto__", '{"__proto__":["read"]}'],
    ["4 KiB", JSON.stringify(["a".repeat(4092)])],
  ])("with permissions as sent: %s", async (_, permissions) => {
    const user = await newUser();
    const raw = `{"key_name":"a","permissions":${permissions}}`;
    const answer = await call(PATH, { token: user.access, method: "POST", raw });
    expect(answer.status).toBe(201);
    expect(answer.text).toContain(`"permissions":${permissions},`);
    expect((await call("/api/auth/settings/", { token: user.access })).text).toContain(`"permissions":${permissions},`);
  });

  test("with the default permissions for null", async () => {
    const answer = await create(await newUser(), { key_name: "a", permissions: null });
    expect(answer.body.data.permissions).toStrictEqual(["read", "write"]);
  });

  test.each([
    ["2125-12-31T23:59:59Z", "2125-12-31T23:59:59.000Z"],
    ["2125-12-31T23:59:59.123456+03:00", "2125-12-31T20:59:59.123Z"],
    ["2125-12-31T23:59:59", "2125-12-31T23:59:59.000Z"],
    ["2125-12-31", "2125-12-31T00:00:00.000Z"],
    ["2025-12-31T23:59:59Z", "2025-12-31T23:59:59.000Z"],
    ["", null],
    [null, null],
  ])("expires_at %s as %s", async (sent, kept) => {
    const answer = await create(await newUser(), { key_name: "a", expires_at: sent });
    expect(answer.status).toBe(201);
    expect(answer.body.data.expires_at).toBe(kept);
  });

  test("an expired key for an instant in the past", async () => {
    const { data: key } = (await create(await newUser(), { key_name: "a", expires_at: "2025-12-31T23:59:59Z" })).body;
    expect(key).toMatchObject({ status: "expired", is_active: false });
    expect((await verify({ key: key.api_key })).body).toStrictEqual({
      valid: false,
      code: "EXPIRED",
      reason: "The key has expired.",
      key_id: key.id,
    });
  });

  test("with an audit entry that names who made it and holds no credential", async () => {
    const user = await newUser();
    const answer = await create(user, { key_name: "Audited" });
    const entries = await query<Record<string, unknown>>(
      "SELECT e.* FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text WHERE target_kind = 'api_key' AND k.uuid = $1",
      [answer.body.data.id],
    );
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      action: "api_key.created",
      actor_kind: "user",
      actor_id: user.id,
      request_id: answer.headers.get("x-request-id"),
      address: expect.stringMatching(/^203\./),
    });
    for (const secret of [answer.body.data.api_key, answer.body.data.secret_key])
      expect(JSON.stringify(entries)).not.toContain(secret);
  });

  test("with nothing stored that the credentials could be read from", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const [row] = await query<Record<string, unknown>>("SELECT * FROM api_keys WHERE uuid = $1", [key.id]);
    const stored = Object.values(row ?? {}).map((value) => (Buffer.isBuffer(value) ? value.toString("latin1") : String(value)));
    for (const secret of [key.api_key, key.secret_key]) expect(stored.join("\n")).not.toContain(secret.slice(8 + 6, -6));
  });
});

describe("A credential of a key is kept nowhere", () => {
  test("although somebody takes it for a name, a permission, or what a program says of itself", async () => {
    const user = await newUser();
    const { api_key: credential } = await newKey(user);
    const name = `of key_${credential}`;
    const shown = `of key_${credential.slice(0, 14)}...`;
    const made = await create(user, { key_name: name });
    expect([made.status, made.body.data.key_name]).toStrictEqual([201, shown]);
    const staffs = await adminCall("/api/api-keys", { body: { userId: user.id, name } });
    expect([staffs.status, staffs.body.key.name]).toStrictEqual([201, shown]);
    for (const permissions of [[name], { [name]: ["read"] }, { sms: [name] }]) {
      const refused = await create(user, { key_name: "Permitted", permissions });
      expect([refused.status, refused.body.error_code]).toStrictEqual([400, "INVALID_PERMISSIONS"]);
    }
    const profile = await call("/api/auth/profile/", { method: "PATCH", token: user.access, body: { first_name: name } });
    expect([profile.status, profile.body.first_name]).toStrictEqual([200, shown]);
    const headers = { "User-Agent": name };
    await call("/api/auth/login/", { body: { email: user.email, password: user.password }, headers });

    const kept = await query<{ row: string }>(
      `SELECT k::text AS row FROM api_keys k WHERE user_id = $1
       UNION ALL SELECT u::text FROM users u WHERE id = $1
       UNION ALL SELECT s::text FROM sessions s WHERE user_id = $1
       UNION ALL SELECT a::text FROM audit_entries a WHERE actor_id = $1 OR after->>'owner_id' = $1::text`,
      [user.id],
    );
    const text = kept.map(({ row }) => row).join("\n");
    expect(text).not.toContain(credential.slice(16));
    expect(text.split(shown).length - 1).toBeGreaterThanOrEqual(6);
  });
});

describe("POST /api/auth/keys/create/ refuses bad input", () => {
  const send = async (options: CallOptions) => call(PATH, { ...options, token: (await newUser()).access });
  refusesBadBodies(send, USER_REFUSALS);

  const MISSING = { success: false, message: "Key name is required", error_code: "MISSING_KEY_NAME" };

  test.each([
    ["no name", {}],
    ["null", { key_name: null }],
    ["an empty name", { key_name: "" }],
    ["a blank name", { key_name: " \t\u00a0" }],
    ["a number", { key_name: 1 }],
    ["a list", { key_name: ["a"] }],
    ["an object", { key_name: { toString: "a" } }],
  ])("MISSING_KEY_NAME for %s", async (_, body) => {
    const answer = await create(await newUser(), body);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual(MISSING);
  });

  test("MISSING_KEY_NAME for no body at all", async () => {
    const answer = await send({ method: "POST" });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual(MISSING);
  });

  test.each([
    ["101 characters", "n".repeat(101)],
    ["a NUL byte", "a\u0000b"],
    ["a line break inside", "a\nb"],
    ["an escape character", "a\u001bb"],
    ["a C1 control character", "a\u0085b"],
    ["half a surrogate pair", "a\ud800"],
    ["nothing to see", "\u200b\u2060"],
    ["what turns the text about", "Revoke \u202egnp.exe"],
    ["a line separator", "a\u2028b"],
  ])("INVALID_KEY_NAME for %s", async (_, name) => {
    const user = await newUser();
    const answer = await create(user, { key_name: name });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "INVALID_KEY_NAME" });
    expect(await countKeys(user)).toBe(0);
  });

  test.each([
    ["a string", "read"],
    ["a number", 1],
    ["a boolean", true],
    ["a list of numbers", [1]],
    ["a list in a list", [["read"]]],
    ["an object of strings", { sms: "send" }],
    ["an object of objects", { sms: { send: true } }],
    ["a list with null", [null]],
    ["an object with null", { sms: null }],
    ["a NUL byte", ["re\u0000ad"]],
    ["half a surrogate pair in a resource", { "\udc00": ["read"] }],
    ["more than 4 KiB", ["a".repeat(4093)]],
  ])("INVALID_PERMISSIONS for %s", async (_, permissions) => {
    const user = await newUser();
    const answer = await create(user, { key_name: "a", permissions });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "INVALID_PERMISSIONS" });
    expect(await countKeys(user)).toBe(0);
  });

  test.each([
    ["expiresAt", "2030-01-01T00:00:00Z", "expires_at"],
    ["expires_in", 3600, "expires_at"],
    ["scopes", ["read"], "permissions"],
  ])("UNKNOWN_FIELD for %s, which would make the key a wider one", async (name, value, meant) => {
    const user = await newUser();
    const answer = await create(user, { key_name: "a", [name]: value });
    expect(answer.status).toBe(400);
    const message = `Unknown field "${name}". Did you mean "${meant}"?`;
    expect(answer.body).toStrictEqual({ success: false, message, error_code: "UNKNOWN_FIELD" });
    expect(await countKeys(user)).toBe(0);
    expect((await create(user, { key_name: "a", description: "", is_active: true })).status).toBe(201);
  });

  test.each([["tomorrow"], ["2025-13-01"], ["2025-02-30T00:00:00Z"], ["31/12/2025"], [" "], [1893456000], [true], [{}], [[]]])(
    "INVALID_EXPIRES_AT for %j",
    async (expires) => {
      const user = await newUser();
      const answer = await create(user, { key_name: "a", expires_at: expires });
      expect(answer.status).toBe(400);
      expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "INVALID_EXPIRES_AT" });
      expect(await countKeys(user)).toBe(0);
    },
  );
});

describe("POST /api/auth/keys/create/ refuses other people:", () => {
  refusesOtherPeople((headers) => call(PATH, { body: { key_name: "a" }, headers }));

  test("401 before it looks at the body", async () => {
    expect((await call(PATH, { method: "POST", raw: "{" })).status).toBe(401);
  });
});
