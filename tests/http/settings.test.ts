import { describe, expect, test } from "vitest";
import { adminCall, call, INSTANT, newKey, query, UUID } from "../support/client";
import { refusesOtherPeople } from "../support/denials";
import { newUser, type TestUser } from "../support/people";

const PATH = "/api/auth/settings/";
const settings = async (user: TestUser) => (await call(PATH, { token: user.access })).body.data;

describe("GET /api/auth/settings/ answers", () => {
  test("200 with the account, made on first use, and empty lists", async () => {
    const user = await newUser();
    const answer = await call(PATH, { token: user.access });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API settings retrieved successfully",
      data: {
        api_account: {
          id: expect.stringMatching(UUID),
          account_id: expect.stringMatching(/^acc_[0-9a-f]{16}$/),
          name: "Asha Mrema",
          description: "",
          status: "active",
          is_active: true,
          created_at: expect.stringMatching(INSTANT),
        },
        api_keys: [],
        webhooks: [],
      },
    });
    expect(await settings(user)).toStrictEqual(answer.body.data);
  });

  test("the account called as its person is, whatever they are called next", async () => {
    const user = await newUser();
    const nameAfter = async (body: Record<string, string>) => {
      await call("/api/auth/profile/", { method: "PATCH", token: user.access, body });
      return (await settings(user)).api_account.name;
    };
    expect(await nameAfter({})).toBe("Asha Mrema");
    expect(await nameAfter({ first_name: "Zuri" })).toBe("Zuri Mrema");
    await query("UPDATE users SET first_name = '', last_name = '' WHERE id = $1", [user.id]);
    expect((await settings(user)).api_account.name).toBe(user.email);
  });

  test("1,000 keys at once, and the rest by the cursor, none twice", async () => {
    const user = await newUser();
    await query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions, created_at)
       SELECT gen_random_uuid(), $1::text::uuid, n::text, 'mf_live', 'abcdef', sha256(($1::text || n)::bytea), '["read"]', timestamptz '2026-01-01'
       FROM generate_series(1, 1001) n`,
      [user.id],
    );
    const first = await settings(user);
    expect(first.api_keys).toHaveLength(1000);
    const { data: rest } = (await call(`${PATH}?cursor=${first.next_cursor}`, { token: user.access })).body;
    expect(rest.api_keys.map((key: { key_name: string }) => key.key_name)).toStrictEqual(["1"]);
    expect(rest).not.toHaveProperty("next_cursor");
    expect(first.api_keys.map((key: { key_name: string }) => key.key_name)).not.toContain("1");
  });

  test("no more than a megabyte of them at once, and the rest by the cursor", async () => {
    const user = await newUser();
    await query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
       SELECT gen_random_uuid(), $1::text::uuid, n::text, 'mf_live', 'abcdef', sha256(($1::text || n)::bytea), json_build_array(repeat('é', 2000))
       FROM generate_series(1, 400) n`,
      [user.id],
    );
    const names: string[] = [];
    let cursor: string | undefined = "";
    let pages = 0;
    for (; cursor !== undefined; pages += 1) {
      const answer = await call(`${PATH}?cursor=${cursor}`, { token: user.access });
      expect(Buffer.byteLength(answer.text)).toBeLessThan(1024 * 1024 + 1024);
      names.push(...answer.body.data.api_keys.map((key: { key_name: string }) => key.key_name));
      cursor = answer.body.data.next_cursor;
    }
    expect([pages, new Set(names).size, names.length]).toStrictEqual([2, 400, 400]);
  });

  test("one account to ten first calls at once, of both routes that make it", async () => {
    const user = await newUser();
    await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 ? settings(user) : newKey(user))));
    const accounts = await Promise.all(Array.from({ length: 10 }, async () => (await settings(user)).api_account.id));
    expect(new Set(accounts).size).toBe(1);
    expect(await query("SELECT id FROM api_accounts WHERE user_id = $1", [user.id])).toHaveLength(1);
  });

  test("the keys newest first, masked, revoked and expired ones included", async () => {
    const user = await newUser();
    const active = await newKey(user, { key_name: "Active", expires_at: "2125-01-01T00:00:00Z" });
    const revoked = await newKey(user, { key_name: "Revoked", permissions: { sms: ["send"] } });
    const expired = await newKey(user, { key_name: "Expired", expires_at: "2025-01-01T00:00:00Z" });
    await call(`/api/auth/keys/${revoked.id}/revoke/`, { method: "POST", token: user.access });

    const common = { secret_key: null, total_uses: 0, last_used: null, created_at: expect.stringMatching(INSTANT) };
    const mask = (key: string) => `${key.slice(0, "mf_live_".length + 6)}...`;
    expect((await settings(user)).api_keys).toStrictEqual([
      {
        ...common,
        id: expired.id,
        key_name: "Expired",
        api_key: mask(expired.api_key),
        permissions: ["read", "write"],
        status: "expired",
        is_active: false,
        expires_at: "2025-01-01T00:00:00.000Z",
      },
      {
        ...common,
        id: revoked.id,
        key_name: "Revoked",
        api_key: mask(revoked.api_key),
        permissions: { sms: ["send"] },
        status: "revoked",
        is_active: false,
        expires_at: null,
      },
      {
        ...common,
        id: active.id,
        key_name: "Active",
        api_key: mask(active.api_key),
        permissions: ["read", "write"],
        status: "active",
        is_active: true,
        expires_at: "2125-01-01T00:00:00.000Z",
      },
    ]);
  });

  test("keys that staff made for the user, and none that staff deleted", async () => {
    const user = await newUser();
    const kept = await adminCall("/api/api-keys", { body: { userId: user.id, name: "By staff" } });
    const gone = await adminCall("/api/api-keys", { body: { userId: user.id } });
    await adminCall(`/api/api-keys/${gone.body.key.id}`, { method: "DELETE" });
    const { api_keys } = await settings(user);
    expect(api_keys).toHaveLength(1);
    expect(api_keys[0]).toMatchObject({ key_name: "By staff", api_key: `${kept.body.key.key.slice(0, 14)}...` });
  });

  test("uses as they were counted", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await query("UPDATE api_keys SET total_uses = 5, last_used_at = '2026-01-02T03:04:05.006Z' WHERE uuid = $1", [key.id]);
    expect((await settings(user)).api_keys[0]).toMatchObject({ total_uses: 5, last_used: "2026-01-02T03:04:05.006Z" });
  });

  test("keys of equal age in a steady order", async () => {
    const user = await newUser();
    const keys = [await newKey(user), await newKey(user), await newKey(user)];
    await query("UPDATE api_keys SET created_at = '2026-01-01' WHERE user_id = $1", [user.id]);
    const ids = (await settings(user)).api_keys.map((key: { id: string }) => key.id);
    expect(ids).toStrictEqual(keys.map(({ id }) => id).reverse());
  });
});

describe("GET /api/auth/settings/ refuses bad input", () => {
  test.each(["abc", "1-99999999999", "%00"])("400 for the cursor %s", async (cursor) => {
    const answer = await call(`${PATH}?cursor=${cursor}`, { token: (await newUser()).access });
    const body = { success: false, message: "cursor is not valid", error_code: "INVALID_INPUT" };
    expect([answer.status, answer.body]).toStrictEqual([400, body]);
  });

  test("405 for a POST, naming what is allowed", async () => {
    const answer = await call(PATH, { token: (await newUser()).access, body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, OPTIONS");
    expect(answer.body).toStrictEqual({
      success: false,
      message: "Method POST is not allowed.",
      error_code: "METHOD_NOT_ALLOWED",
    });
  });
});

describe("GET /api/auth/settings/ refuses other people:", () => {
  refusesOtherPeople((headers) => call(PATH, { headers }));

  test("nobody sees another user's keys or account", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    await newKey(owner);
    const [own, others] = [await settings(owner), await settings(other)];
    expect(others.api_keys).toStrictEqual([]);
    expect(others.api_account.id).not.toBe(own.api_account.id);
  });
});
