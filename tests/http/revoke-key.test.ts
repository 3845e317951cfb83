import { describe, expect, test } from "vitest";
import { call, newKey, query, verify } from "../support/client";
import { hidesOtherKeys, refusesOtherPeople } from "../support/denials";
import { refusesBadBodiesAbout, SAYING_NOTHING } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";

const revoke = (user: TestUser, id: string) => call(`/api/auth/keys/${id}/revoke/`, { method: "POST", token: user.access });

describe("POST /api/auth/keys/<id>/revoke/ answers", () => {
  test("200, and the key is dead at once and stays listed", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const answer = await revoke(user, key.id);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key revoked successfully",
      data: { id: key.id, status: "revoked", is_active: false },
    });
    expect((await verify({ key: key.api_key, secret: key.secret_key })).body).toStrictEqual({
      valid: false,
      code: "REVOKED",
      reason: "The key was revoked.",
      key_id: key.id,
    });
    const { api_keys } = (await call("/api/auth/settings/", { token: user.access })).body.data;
    expect(api_keys).toHaveLength(1);
    expect(api_keys[0]).toMatchObject({ id: key.id, status: "revoked", is_active: false });
  });

  test("200 again for a revoked key, and changes nothing", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const first = await revoke(user, key.id);
    const row = await query("SELECT * FROM api_keys WHERE uuid = $1", [key.id]);
    const again = await revoke(user, key.id);
    expect(again.status).toBe(200);
    expect(again.body).toStrictEqual(first.body);
    expect(await query("SELECT * FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual(row);
    const entries = await query(
      "SELECT 1 FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text WHERE k.uuid = $1 AND action = 'api_key.revoked'",
      [key.id],
    );
    expect(entries).toHaveLength(1);
  });

  test.each([...SAYING_NOTHING, ["an object with fields of no meaning", '{"reason":"leaked"}']])("200 for %s", async (_, raw) => {
    const user = await newUser();
    const { id } = await newKey(user);
    expect((await call(`/api/auth/keys/${id}/revoke/`, { method: "POST", token: user.access, raw })).status).toBe(200);
  });

  test("200 for the id in upper case, and for an expired key", async () => {
    const user = await newUser();
    const { id } = await newKey(user, { expires_at: "2025-01-01" });
    expect((await revoke(user, id.toUpperCase())).body.data.id).toBe(id);
  });

  test("200 for a key in grace, and both of its pairs are dead", async () => {
    const user = await newUser();
    const old = await newKey(user);
    const path = `/api/auth/keys/${old.id}/regenerate/`;
    const fresh = (await call(path, { token: user.access, body: { grace_seconds: 600 } })).body.data;
    await revoke(user, old.id);
    for (const key of [old.api_key, fresh.api_key]) expect((await verify({ key })).body.code).toBe("REVOKED");
  });
});

describe("POST /api/auth/keys/<id>/revoke/ refuses bad input", () => {
  refusesBadBodiesAbout((id) => `/api/auth/keys/${id}/revoke/`);
});

describe("POST /api/auth/keys/<id>/revoke/ refuses other people:", () => {
  refusesOtherPeople((headers) =>
    call("/api/auth/keys/0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1/revoke/", { method: "POST", headers }),
  );
  hidesOtherKeys(revoke);
});
