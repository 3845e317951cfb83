import { describe, expect, test } from "vitest";
import { call, newKey, query, verifyCode } from "../support/client";
import { hidesOtherKeys, refusesOtherPeople } from "../support/denials";
import { refusesBadBodiesAbout } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";
import { whileKeyIsLocked } from "../support/races";

type Deed = "disable" | "enable" | "revoke";
const ask = (deed: Deed, user: TestUser, id: string) =>
  call(`/api/auth/keys/${id}/${deed}/`, { method: "POST", token: user.access });
const listed = async (user: TestUser) => (await call("/api/auth/settings/", { token: user.access })).body.data.api_keys[0];
const audited = ({ id }: { id: string }) =>
  query<{ action: string; actor_kind: string; before: unknown; after: unknown }>(
    `SELECT action, actor_kind, before, after FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text
     WHERE k.uuid = $1 AND action IN ('api_key.disabled', 'api_key.enabled') ORDER BY e.id`,
    [id],
  );

describe("POST /api/auth/keys/<id>/disable/ and enable/", () => {
  test("pause a key and end the pause, each once in the audit log", async () => {
    const user = await newUser();
    const key = await newKey(user);
    for (const round of [1, 2]) {
      const disabled = await ask("disable", user, key.id);
      expect([round, disabled.status]).toStrictEqual([round, 200]);
      expect(disabled.body).toStrictEqual({
        success: true,
        message: "API key disabled successfully",
        data: { id: key.id, status: "disabled", is_active: false },
      });
    }
    expect(await verifyCode(key.api_key)).toBe("DISABLED");
    expect(await listed(user)).toMatchObject({ status: "disabled", is_active: false });
    expect((await call("/api/auth/usage/", { token: user.access })).body.data.api_keys).toStrictEqual({ total: 1, active: 0 });
    for (const round of [1, 2]) {
      const enabled = await ask("enable", user, key.id);
      expect([round, enabled.status]).toStrictEqual([round, 200]);
      expect(enabled.body).toStrictEqual({
        success: true,
        message: "API key enabled successfully",
        data: { id: key.id, status: "active", is_active: true },
      });
    }
    expect(await verifyCode(key.api_key)).toBe("VALID");
    const at = expect.stringMatching(/Z$/);
    expect(await audited(key)).toStrictEqual([
      {
        action: "api_key.disabled",
        actor_kind: "user",
        before: { disabled_at: null },
        after: { disabled_at: at, disabled_by: "owner" },
      },
      {
        action: "api_key.enabled",
        actor_kind: "user",
        before: { disabled_at: at, disabled_by: "owner" },
        after: { disabled_at: null },
      },
    ]);
  });

  test("leave an expired key expired, and credentials in grace as they were", async () => {
    const user = await newUser();
    const { id } = await newKey(user, { expires_at: "2025-01-01" });
    for (const deed of ["disable", "enable"] as const)
      expect((await ask(deed, user, id)).body.data).toStrictEqual({ id, status: "expired", is_active: false });
    const old = await newKey(user);
    const path = `/api/auth/keys/${old.id}/regenerate/`;
    await ask("disable", user, old.id);
    const { data } = (await call(path, { token: user.access, body: { grace_seconds: 600 } })).body;
    expect(data).toMatchObject({ status: "disabled", is_active: false });
    for (const key of [old.api_key, data.api_key]) expect(await verifyCode(key)).toBe("DISABLED");
    await ask("enable", user, old.id);
    for (const key of [old.api_key, data.api_key]) expect(await verifyCode(key)).toBe("VALID");
  });

  test.each<[string, string, Deed[], string]>([
    ["its owner revoked", "revoked_at = now(), revoked_by = 'owner'", ["disable", "enable"], "API_KEY_REVOKED"],
    ["an earlier version revoked", "revoked_at = now()", ["disable", "enable"], "API_KEY_REVOKED"],
    ["staff revoked", "revoked_at = now(), revoked_by = 'staff'", ["disable", "enable"], "ENDED_BY_STAFF"],
    ["staff disabled", "disabled_at = now(), disabled_by = 'staff'", ["enable"], "ENDED_BY_STAFF"],
    ["was found in public", "disabled_at = now(), disabled_by = 'leak'", ["enable"], "API_KEY_LEAKED"],
    ["was revoked for a leak", "revoked_at = now(), revoked_by = 'leak'", ["enable"], "API_KEY_LEAKED"],
  ])("answer 409 about a key that %s, which stays so", async (_, change, deeds, code) => {
    const user = await newUser();
    const key = await newKey(user);
    await query(`UPDATE api_keys SET ${change} WHERE uuid = $1`, [key.id]);
    const row = await query("SELECT * FROM api_keys WHERE uuid = $1", [key.id]);
    for (const deed of deeds) {
      const answer = await ask(deed, user, key.id);
      expect(answer.status).toBe(409);
      expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: code });
    }
    expect(await query("SELECT * FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual(row);
    expect(await audited(key)).toStrictEqual([]);
  });

  test("write one entry when several come at once, and note who revoked a paused key", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await whileKeyIsLocked(key.id, 3, () => Promise.all([1, 2, 3].map(() => ask("disable", user, key.id))));
    expect(await audited(key)).toHaveLength(1);
    await ask("revoke", user, key.id);
    expect(await listed(user)).toMatchObject({ status: "revoked", is_active: false });
    expect(await query("SELECT revoked_by, disabled_by FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual([
      { revoked_by: "owner", disabled_by: "owner" },
    ]);
  });
});

describe.each<Deed>(["disable", "enable"])("POST /api/auth/keys/<id>/%s/ refuses", (deed) => {
  refusesBadBodiesAbout((id) => `/api/auth/keys/${id}/${deed}/`);

  test("a field that it would ignore", async () => {
    const user = await newUser();
    const { id } = await newKey(user);
    const answer = await call(`/api/auth/keys/${id}/${deed}/`, { token: user.access, body: { until: "2027-01-01" } });
    expect([answer.status, answer.body.message]).toStrictEqual([400, expect.stringContaining("until")]);
  });

  hidesOtherKeys((user, id) => ask(deed, user, id));
});

describe("POST /api/auth/keys/<id>/disable/ refuses other people:", () => {
  refusesOtherPeople((headers) =>
    call("/api/auth/keys/0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1/disable/", { method: "POST", headers }),
  );
});
