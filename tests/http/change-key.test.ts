import { describe, expect, test } from "vitest";
import { call, INSTANT, newKey, query, type TestKey, verify } from "../support/client";
import { hidesOtherKeys, refusesOtherPeople } from "../support/denials";
import { newUser, type TestUser } from "../support/people";

const path = (id: string) => `/api/auth/keys/${id}/`;
const change = (user: TestUser, id: string, body: unknown) => call(path(id), { method: "PATCH", token: user.access, body });
const rowOf = async ({ id }: TestKey) => (await query("SELECT * FROM api_keys WHERE uuid = $1", [id]))[0];
const audited = ({ id }: TestKey) =>
  query<{ before: unknown; after: unknown }>(
    `SELECT before, after FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text
     WHERE k.uuid = $1 AND action = 'api_key.updated' ORDER BY e.id`,
    [id],
  );

describe("PATCH /api/auth/keys/<id>/ answers", () => {
  test("200 with the key as it is then, and keeps what is left out", async () => {
    const user = await newUser();
    const key = await newKey(user, { key_name: "Before", note: " first\r\nsecond " });
    const answer = await change(user, key.id, { key_name: " After ", permissions: ["read"], expires_at: "2125-01-01" });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key updated successfully",
      data: {
        id: key.id,
        key_name: "After",
        api_key: `${key.api_key.slice(0, 14)}...`,
        secret_key: null,
        permissions: ["read"],
        status: "active",
        is_active: true,
        total_uses: 0,
        last_used: null,
        created_at: expect.stringMatching(INSTANT),
        expires_at: "2125-01-01T00:00:00.000Z",
        note: "first\nsecond",
        self_rotation: false,
      },
    });
    expect((await change(user, key.id, {})).body.data).toStrictEqual(answer.body.data);
    expect((await verify({ key: key.api_key, permission: "write" })).body.code).toBe("INSUFFICIENT_PERMISSIONS");
    expect(await audited(key)).toStrictEqual([
      {
        before: { name: "Before", permissions: ["read", "write"], expires_at: null, note: "first\nsecond" },
        after: { name: "After", permissions: ["read"], expires_at: "2125-01-01T00:00:00.000Z", note: "first\nsecond" },
      },
    ]);
  });

  test("200 for a note that is changed and taken away, and for a switch", async () => {
    const user = await newUser();
    const key = await newKey(user);
    for (const [sent, kept] of [
      ["n".repeat(500), "n".repeat(500)],
      ["🔑".repeat(500), "🔑".repeat(500)],
      ["a\tb", "a\tb"],
      [" \n", null],
      ["x", "x"],
      [null, null],
    ])
      expect((await change(user, key.id, { note: sent })).body.data.note).toBe(kept);
    for (const isOn of [true, false])
      expect((await change(user, key.id, { self_rotation: isOn })).body.data.self_rotation).toBe(isOn);
  });

  test("a note without the credential that was pasted into it", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const { note } = (await change(user, key.id, { note: `on the server: ${key.api_key}` })).body.data;
    expect(note).toBe(`on the server: ${key.api_key.slice(0, 14)}...`);
    expect(JSON.stringify(await audited(key))).not.toContain(key.api_key);
  });

  test("200 for an end that is over, and the key is", async () => {
    const user = await newUser();
    const key = await newKey(user);
    expect((await change(user, key.id, { expires_at: "2025-01-01" })).body.data).toMatchObject({ status: "expired" });
    expect((await verify({ key: key.api_key })).body.code).toBe("EXPIRED");
  });
});

describe("PATCH /api/auth/keys/<id>/ refuses", () => {
  test.each<[string, Record<string, unknown>]>([
    ["permissions that it has not", { permissions: ["read", "write"] }],
    ["the permission of everything", { permissions: ["*"] }],
    ["a later end", { expires_at: "2126-01-01" }],
    ["no end", { expires_at: null }],
    ["an empty end", { expires_at: "" }],
  ])("NOT_NARROWER for %s, and changes nothing else either", async (_, fields) => {
    const user = await newUser();
    const key = await newKey(user, { permissions: ["read"], expires_at: "2125-01-01" });
    const row = await rowOf(key);
    const answer = await change(user, key.id, { key_name: "other", ...fields });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "NOT_NARROWER" });
    expect(await rowOf(key)).toStrictEqual(row);
  });

  test.each<[string, Record<string, unknown>]>([
    ["MISSING_KEY_NAME", { key_name: null }],
    ["MISSING_KEY_NAME", { key_name: " " }],
    ["INVALID_KEY_NAME", { key_name: "a\nb" }],
    ["INVALID_PERMISSIONS", { permissions: "read" }],
    ["INVALID_EXPIRES_AT", { expires_at: "tomorrow" }],
    ["INVALID_NOTE", { note: "n".repeat(501) }],
    ["INVALID_NOTE", { note: 1 }],
    ["INVALID_NOTE", { note: "a\u0000b" }],
    ["INVALID_NOTE", { note: "\ud800" }],
    ["INVALID_INPUT", { self_rotation: "yes" }],
  ])("400 %s for %j", async (code, fields) => {
    const user = await newUser();
    const key = await newKey(user);
    const answer = await change(user, key.id, fields);
    expect([answer.status, answer.body.error_code]).toStrictEqual([400, code]);
    expect(await audited(key)).toStrictEqual([]);
  });

  test("a field that it would ignore, and other methods", async () => {
    const user = await newUser();
    const { id } = await newKey(user);
    const answer = await change(user, id, { expiresAt: "2027-01-01" });
    expect([answer.status, answer.body.message]).toStrictEqual([400, expect.stringContaining("expiresAt")]);
    const other = await call(path(id), { method: "PUT", token: user.access, body: {} });
    expect([other.status, other.headers.get("allow")]).toStrictEqual([405, "PATCH, OPTIONS"]);
  });

  test("409 for a revoked key", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await call(`${path(key.id)}revoke/`, { method: "POST", token: user.access });
    const answer = await change(user, key.id, { key_name: "other" });
    expect([answer.status, answer.body.error_code]).toStrictEqual([409, "API_KEY_REVOKED"]);
  });

  test("INVALID_NOTE when a key is made", async () => {
    const user = await newUser();
    const answer = await call("/api/auth/keys/create/", { token: user.access, body: { key_name: "a", note: "n".repeat(501) } });
    expect([answer.status, answer.body.error_code]).toStrictEqual([400, "INVALID_NOTE"]);
  });

  hidesOtherKeys((user, id) => change(user, id, { key_name: "other" }));
});

describe("PATCH /api/auth/keys/<id>/ refuses other people:", () => {
  refusesOtherPeople((headers) =>
    call(path("0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1"), { method: "PATCH", body: { key_name: "a" }, headers }),
  );
});
