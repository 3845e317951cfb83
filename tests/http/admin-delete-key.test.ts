import { describe, expect, test } from "vitest";
import { adminCall, INSTANT, newKey, query, type TestKey, verify } from "../support/client";
import { refusesStrangers } from "../support/denials";
import { newUser } from "../support/people";
import { whileKeyIsLocked } from "../support/races";

const remove = (id: number | string) => adminCall(`/api/api-keys/${id}`, { method: "DELETE" });

async function numericId(key: TestKey): Promise<number> {
  const [row] = await query<{ id: number }>("SELECT id FROM api_keys WHERE uuid = $1", [key.id]);
  return row?.id ?? 0;
}

describe("DELETE /api/api-keys/:id answers", () => {
  test("200 for any user's key, which is dead at once", async () => {
    const key = await newKey(await newUser(), { key_name: "Doomed" });
    const id = await numericId(key);
    const answer = await remove(id);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key deleted successfully",
      deleted_key: { id, name: "Doomed" },
    });
    expect((await verify({ key: key.api_key })).body).toStrictEqual({
      valid: false,
      code: "NOT_FOUND",
      reason: "No key has this credential.",
    });
  });

  test("200 once and 404 from then on", async () => {
    const id = await numericId(await newKey(await newUser()));
    expect((await remove(id)).status).toBe(200);
    const again = await remove(id);
    expect(again.status).toBe(404);
    expect(again.body).toStrictEqual({ success: false, error: "API key not found" });
  });

  test("200 to exactly one of five calls at once", async () => {
    const key = await newKey(await newUser());
    const id = await numericId(key);
    const answers = await whileKeyIsLocked(key.id, 5, () => Promise.all(Array.from({ length: 5 }, () => remove(id))));
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([200, 404, 404, 404, 404]);
    const entries = await query("SELECT 1 FROM audit_entries WHERE action = 'api_key.deleted' AND target_id = $1", [String(id)]);
    expect(entries).toHaveLength(1);
  });

  test("200 for a key with usage, whose history and audit trail stay", async () => {
    const user = await newUser();
    const id = await numericId(await newKey(user));
    await query("INSERT INTO usage_days (key_id, user_id, day, calls, credits) VALUES ($1, $2, '2026-01-01', 3, 3)", [
      id,
      user.id,
    ]);
    expect((await remove(id)).status).toBe(200);
    expect(await query("SELECT 1 FROM usage_days WHERE key_id = $1", [id])).toHaveLength(1);
    const entries = await query<{ action: string }>(
      "SELECT action FROM audit_entries WHERE target_kind = 'api_key' AND target_id = $1 ORDER BY id",
      [String(id)],
    );
    expect(entries.map(({ action }) => action)).toStrictEqual(["api_key.created", "api_key.deleted"]);
  });

  test("200 for a revoked key and for an id with leading zeros", async () => {
    const key = await newKey(await newUser());
    await query("UPDATE api_keys SET revoked_at = now() WHERE uuid = $1", [key.id]);
    expect((await remove(`000${await numericId(key)}`)).status).toBe(200);
  });
});

describe("POST /api/api-keys/:id/restore", () => {
  const restore = (id: number | string, body?: unknown) => adminCall(`/api/api-keys/${id}/restore`, { method: "POST", body });

  test("200 undoes a deletion: the key works and is listed again, and the audit log has both", async () => {
    const user = await newUser();
    const key = await newKey(user, { key_name: "Missed" });
    const id = await numericId(key);
    await remove(id);
    const answer = await restore(id);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key restored successfully",
      key: {
        id,
        key: `${key.api_key.slice(0, 14)}...`,
        name: "Missed",
        active: true,
        created_at: expect.stringMatching(INSTANT),
        user_email: user.email,
        user_credits: 1000,
      },
    });
    expect((await verify({ key: key.api_key, secret: key.secret_key })).body.code).toBe("VALID");
    expect((await adminCall(`/api/api-keys?userId=${user.id}`)).body.keys).toStrictEqual([answer.body.key]);
    const entries = await query<{ action: string; actor_kind: string }>(
      "SELECT action, actor_kind FROM audit_entries WHERE target_kind = 'api_key' AND target_id = $1 ORDER BY id DESC LIMIT 2",
      [String(id)],
    );
    expect(entries).toStrictEqual([
      { action: "api_key.restored", actor_kind: "admin_api" },
      { action: "api_key.deleted", actor_kind: "admin_api" },
    ]);
  });

  test("200 to one of three calls at once, and 409 to the others and to a key that is not deleted", async () => {
    const key = await newKey(await newUser());
    const id = await numericId(key);
    await remove(id);
    const answers = await whileKeyIsLocked(key.id, 3, () => Promise.all([1, 2, 3].map(() => restore(id))));
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([200, 409, 409]);
    const again = await restore(id, {});
    expect([again.status, again.body]).toStrictEqual([409, { success: false, error: "API key is not deleted" }]);
  });

  test("404 after thirty days, and 200 just before", async () => {
    const id = await numericId(await newKey(await newUser()));
    const deletedAgo = (age: string) => query(`UPDATE api_keys SET deleted_at = now() - interval '${age}' WHERE id = $1`, [id]);
    await deletedAgo("30 days");
    const late = await restore(id);
    expect([late.status, late.body]).toStrictEqual([404, { success: false, error: "API key not found" }]);
    await deletedAgo("29 days 23 hours");
    expect((await restore(id)).status).toBe(200);
  });

  test("leaves a revoked key revoked", async () => {
    const key = await newKey(await newUser());
    await query("UPDATE api_keys SET revoked_at = now(), deleted_at = now() WHERE uuid = $1", [key.id]);
    expect((await restore(await numericId(key))).body.key.active).toBe(false);
    expect((await verify({ key: key.api_key })).body.code).toBe("REVOKED");
  });

  test.each<[string, number, string]>([
    ["abc", 400, "Invalid API key ID"],
    ["0", 400, "Invalid API key ID"],
    ["2147483647", 404, "API key not found"],
    ["9007199254740993", 404, "API key not found"],
  ])("%s: %i", async (id, status, error) => {
    const answer = await restore(id);
    expect([answer.status, answer.body]).toStrictEqual([status, { success: false, error }]);
  });

  test("400 for a field that it would ignore", async () => {
    const answer = await restore(1, { permissions: ["read"] });
    expect([answer.status, answer.body.error]).toStrictEqual([400, expect.stringContaining("permissions")]);
  });

  refusesStrangers(async (headers) => adminCall("/api/api-keys/abc/restore", { method: "POST", headers }));
});

describe("DELETE /api/api-keys/:id refuses bad input", () => {
  test.each([
    "abc",
    "1.5",
    "1.0",
    "1e3",
    "0x10",
    "-1",
    "+1",
    "0",
    "00",
    "%20",
    "%201",
    "1%20",
    "1%00",
    "%00",
    "%zz",
    "1%2F2",
    "%ed%a0%80",
    "1,2",
    "NaN",
    "Infinity",
    "１",
    "1_000",
    "0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1",
    "a".repeat(5000),
  ])("400 for %s", async (id) => {
    const answer = await remove(id);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, error: "Invalid API key ID" });
  });

  test.each(["2147483647", "2147483648", "9007199254740993", "1".repeat(5000)])("404 for the unknown id %s", async (id) => {
    const answer = await remove(id);
    expect(answer.status).toBe(404);
    expect(answer.body).toStrictEqual({ success: false, error: "API key not found" });
  });

  test("405 for a GET, naming what is allowed", async () => {
    const answer = await adminCall("/api/api-keys/1");
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("DELETE, OPTIONS");
  });
});

describe("DELETE /api/api-keys/:id refuses other people:", () => {
  refusesStrangers(async (headers) => adminCall("/api/api-keys/abc", { method: "DELETE", headers }));
});
