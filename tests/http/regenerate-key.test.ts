import { describe, expect, test } from "vitest";
import { adminCall, call, INSTANT, newKey, query, verify } from "../support/client";
import { hidesOtherKeys, refusesOtherPeople } from "../support/denials";
import { refusesBadBodiesAbout, SAYING_NOTHING } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";

const path = (id: string) => `/api/auth/keys/${id}/regenerate/`;
const regenerate = (user: TestUser, id: string, body?: unknown) => call(path(id), { method: "POST", token: user.access, body });
/** Sooner than the longest grace, and later than any test ends. */
const soon = new Date(Date.now() + 3600_000).toISOString();
const auditOf = ({ id }: { id: string }) =>
  query<{ before: Record<string, unknown>; after: Record<string, unknown> }>(
    "SELECT before, after FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text WHERE k.uuid = $1 AND action = 'api_key.regenerated' ORDER BY e.id",
    [id],
  );
const isValid = async (key: string, secret: string | null = null) => (await verify({ key, secret })).body.valid;

describe("POST /api/auth/keys/<id>/regenerate/ answers", () => {
  test("200 with new credentials on the same row, and the old pair is dead at once", async () => {
    const user = await newUser();
    const fields = { key_name: "Kept", permissions: { sms: ["send"] }, expires_at: "2125-01-01T00:00:00Z" };
    const created = (await call("/api/auth/keys/create/", { token: user.access, body: fields })).body.data;
    const answer = await regenerate(user, created.id);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key regenerated successfully",
      data: {
        id: created.id,
        key_name: "Kept",
        api_key: expect.stringMatching(/^mf_live_[0-9A-Za-z]{38}$/),
        secret_key: expect.stringMatching(/^mf_live_[0-9A-Za-z]{38}$/),
        permissions: { sms: ["send"] },
        created_at: created.created_at,
        expires_at: "2125-01-01T00:00:00.000Z",
        status: "active",
        is_active: true,
        total_uses: 0,
        last_used: null,
        updated_at: expect.stringMatching(INSTANT),
      },
    });
    const { api_key, secret_key, updated_at } = answer.body.data;
    expect(updated_at > created.updated_at).toBe(true);
    expect(new Set([api_key, secret_key, created.api_key, created.secret_key]).size).toBe(4);
    expect(await isValid(api_key, secret_key)).toBe(true);
    expect((await verify({ key: created.api_key })).body.code).toBe("NOT_FOUND");
    expect((await verify({ key: api_key, secret: created.secret_key })).body.code).toBe("SECRET_MISMATCH");
    const { api_keys } = (await call("/api/auth/settings/", { token: user.access })).body.data;
    expect(api_keys).toHaveLength(1);
    expect(api_keys[0].api_key).toBe(`${api_key.slice(0, 14)}...`);
  });

  test.each([...SAYING_NOTHING, ["no grace", '{"grace_seconds":0}'], ["null", '{"grace_seconds":null}']])(
    "without a grace for %s",
    async (_, raw) => {
      const user = await newUser();
      const key = await newKey(user);
      const answer = await call(path(key.id), { method: "POST", token: user.access, raw });
      expect(answer.status).toBe(200);
      expect(answer.body.data).not.toHaveProperty("previous_expires_at");
      expect(await isValid(key.api_key)).toBe(false);
    },
  );

  test("with a grace in which both pairs work, each with its own secret", async () => {
    const user = await newUser();
    const old = await newKey(user);
    const answer = await regenerate(user, old.id, { grace_seconds: 604800 });
    expect(answer.body.data.previous_expires_at).toMatch(INSTANT);
    const [row] = await query<{ seconds: number }>(
      `SELECT extract(epoch FROM valid_until - replaced_at)::float AS seconds
       FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id WHERE k.uuid = $1`,
      [old.id],
    );
    expect(row?.seconds).toBe(604800);
    const fresh = answer.body.data;
    expect(await isValid(old.api_key, old.secret_key)).toBe(true);
    expect(await isValid(fresh.api_key, fresh.secret_key)).toBe(true);
    expect((await verify({ key: old.api_key, secret: fresh.secret_key })).body.code).toBe("SECRET_MISMATCH");
    expect((await verify({ key: fresh.api_key, secret: old.secret_key })).body.code).toBe("SECRET_MISMATCH");
  });

  test("with a grace that ends", async () => {
    const user = await newUser();
    const old = await newKey(user);
    await regenerate(user, old.id, { grace_seconds: 3600 });
    await query("UPDATE replaced_credentials SET valid_until = now() WHERE key_id = (SELECT id FROM api_keys WHERE uuid = $1)", [
      old.id,
    ]);
    expect((await verify({ key: old.api_key })).body).toStrictEqual({
      valid: false,
      code: "NOT_FOUND",
      reason: "No key has this credential.",
    });
  });

  test("with each older pair in its own grace, until one call without a grace ends them all", async () => {
    const user = await newUser();
    const first = await newKey(user);
    const second = (await regenerate(user, first.id, { grace_seconds: 600 })).body.data;
    const third = (await regenerate(user, first.id, { grace_seconds: 600 })).body.data;
    for (const pair of [first, second, third]) expect(await isValid(pair.api_key, pair.secret_key)).toBe(true);
    const fourth = (await regenerate(user, first.id)).body.data;
    for (const old of [first, second, third]) expect(await isValid(old.api_key)).toBe(false);
    expect(await isValid(fourth.api_key)).toBe(true);
  });

  test("a key of the other format in its own format, without a secret", async () => {
    const user = await newUser();
    await adminCall("/api/api-keys", { body: { userId: user.id } });
    const [listed] = (await call("/api/auth/settings/", { token: user.access })).body.data.api_keys;
    const { data } = (await regenerate(user, listed.id)).body;
    expect(data).toMatchObject({ id: listed.id, secret_key: null, api_key: expect.stringMatching(/^datazag_[0-9a-f]{64}$/) });
    expect(await isValid(data.api_key)).toBe(true);
  });

  test("an expired key with a new end alone, and its old pair stays dead", async () => {
    const user = await newUser();
    const key = await newKey(user, { expires_at: "2025-01-01" });
    const refused = await regenerate(user, key.id, { grace_seconds: 600 });
    expect([refused.status, refused.body]).toStrictEqual([
      409,
      { success: false, message: expect.any(String), error_code: "API_KEY_EXPIRED" },
    ]);
    const { data } = (await regenerate(user, key.id, { grace_seconds: 600, expires_at: null })).body;
    expect(data).toMatchObject({ expires_at: null, status: "active" });
    expect(data).not.toHaveProperty("previous_expires_at");
    expect(await isValid(data.api_key, data.secret_key)).toBe(true);
    expect(await isValid(key.api_key)).toBe(false);
  });

  test("a new end, earlier or later, which the audit entry has", async () => {
    const user = await newUser();
    const key = await newKey(user, { expires_at: "2125-01-01" });
    for (const [sent, kept] of [
      ["2126-01-01T00:00:00+01:00", "2125-12-31T23:00:00.000Z"],
      ["2124-01-01", "2124-01-01T00:00:00.000Z"],
      [undefined, "2124-01-01T00:00:00.000Z"],
    ]) {
      expect((await regenerate(user, key.id, { expires_at: sent })).body.data.expires_at).toBe(kept);
      expect((await call("/api/auth/settings/", { token: user.access })).body.data.api_keys[0].expires_at).toBe(kept);
    }
    const entries = await auditOf(key);
    expect(entries.map(({ before, after }) => [before.expires_at, after.expires_at])).toStrictEqual([
      ["2125-01-01T00:00:00.000Z", "2125-12-31T23:00:00.000Z"],
      ["2125-12-31T23:00:00.000Z", "2124-01-01T00:00:00.000Z"],
      [undefined, undefined],
    ]);
  });

  test.each([
    ["the end that the key had", { grace_seconds: 604800 }, { expires_at: soon }],
    ["that end, though the new one is later", { grace_seconds: 604800, expires_at: null }, { expires_at: soon }],
    ["the new end, where that is earlier", { grace_seconds: 604800, expires_at: soon }, {}],
  ])("a grace no longer than %s", async (_, body, fields) => {
    const user = await newUser();
    const key = await newKey(user, fields);
    expect((await regenerate(user, key.id, body)).body.data.previous_expires_at).toBe(soon);
    expect((await auditOf(key))[0]?.after.previous_expires_at).toBe(soon);
    const [row] = await query<{ valid_until: Date }>(
      "SELECT valid_until FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id WHERE k.uuid = $1",
      [key.id],
    );
    expect(row?.valid_until.toISOString()).toBe(soon);
  });

  test("no longer life to pairs that were replaced before, whatever was noted of them", async () => {
    const user = await newUser();
    const first = await newKey(user, { expires_at: soon });
    await regenerate(user, first.id, { grace_seconds: 600 });
    await query(
      "UPDATE replaced_credentials SET valid_until = now() + interval '7 days' WHERE key_id = (SELECT id FROM api_keys WHERE uuid = $1)",
      [first.id],
    );
    await query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE uuid = $1", [first.id]);
    await regenerate(user, first.id, { grace_seconds: 600, expires_at: null });
    expect(await isValid(first.api_key)).toBe(false);
  });

  test("with an audit entry that holds no credential", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const { data } = (await regenerate(user, key.id)).body;
    const entries = await query(
      "SELECT e.* FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text WHERE k.uuid = $1 AND action = 'api_key.regenerated'",
      [key.id],
    );
    expect(entries).toHaveLength(1);
    for (const secret of [key.api_key, data.api_key, data.secret_key]) expect(JSON.stringify(entries)).not.toContain(secret);
  });
});

describe("POST /api/auth/keys/<id>/regenerate/ refuses bad input", () => {
  refusesBadBodiesAbout(path);

  test.each([["2025-01-01"], ["tomorrow"], [1893456000], [{}]])(
    "400 for an end of %j, and the pair stays",
    async (expires_at) => {
      const user = await newUser();
      const key = await newKey(user);
      const answer = await regenerate(user, key.id, { expires_at });
      expect([answer.status, answer.body.error_code]).toStrictEqual([400, "INVALID_EXPIRES_AT"]);
      expect(await isValid(key.api_key, key.secret_key)).toBe(true);
    },
  );

  test.each([[-1], [604801], [0.5], ["60"], [true], [[]], [{}], [1e300]])(
    "400 for a grace of %j, and the pair stays",
    async (grace) => {
      const user = await newUser();
      const key = await newKey(user);
      const answer = await regenerate(user, key.id, { grace_seconds: grace });
      expect(answer.status).toBe(400);
      expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "INVALID_GRACE_SECONDS" });
      expect(await isValid(key.api_key, key.secret_key)).toBe(true);
    },
  );

  test.each([
    [{ graceSeconds: 3600 }, 'Unknown field "graceSeconds". Did you mean "grace_seconds"?'],
    [{ grace_seconds: 3600, grace: 3600 }, 'Unknown field "grace". Did you mean "grace_seconds"?'],
    [{ key_name: "New" }, 'Unknown field "key_name".'],
  ])("400 for %j, and the pair stays", async (body, message) => {
    const user = await newUser();
    const key = await newKey(user);
    const answer = await regenerate(user, key.id, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, message, error_code: "UNKNOWN_FIELD" });
    expect(await isValid(key.api_key, key.secret_key)).toBe(true);
  });

  test("409 for a revoked key", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await call(`/api/auth/keys/${key.id}/revoke/`, { method: "POST", token: user.access });
    const answer = await regenerate(user, key.id);
    expect(answer.status).toBe(409);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "API_KEY_REVOKED" });
  });
});

describe("POST /api/auth/keys/<id>/regenerate/ refuses other people:", () => {
  refusesOtherPeople((headers) => call(path("0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1"), { method: "POST", headers }));
  hidesOtherKeys((user, id) => regenerate(user, id));
});
