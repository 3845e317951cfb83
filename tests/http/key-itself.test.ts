import { describe, expect, test } from "vitest";
import { adminCall, call, newKey, query, setCredits, shared, type TestKey, verify, verifyCode } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { whileKeyIsLocked } from "../support/races";

const self = (key: string) => call("/api/keys/self", { token: key });
const revoke = (key: string, body?: unknown) => call("/api/keys/self/revoke", { method: "POST", token: key, body });
const regenerate = (key: string, body?: unknown) => call("/api/keys/self/regenerate", { method: "POST", token: key, body });
const change = (user: TestUser, { id }: TestKey, body: unknown) =>
  call(`/api/auth/keys/${id}/`, { method: "PATCH", token: user.access, body });
const entriesOf = ({ id }: TestKey, action: string) =>
  query<{ actor_kind: string; actor_id: string | null; after: Record<string, unknown> }>(
    `SELECT actor_kind, actor_id, after FROM audit_entries e JOIN api_keys k ON e.target_id = k.id::text
     WHERE k.uuid = $1 AND action = $2`,
    [id, action],
  );

async function newRotatingKey(fields: Record<string, unknown> = {}): Promise<{ user: TestUser; key: TestKey }> {
  const user = await newUser();
  const key = await newKey(user, fields);
  await change(user, key, { self_rotation: true });
  return { user, key };
}

async function regeneratedByOwner(user: TestUser, key: TestKey, graceSeconds: number): Promise<string> {
  const path = `/api/auth/keys/${key.id}/regenerate/`;
  return (await call(path, { token: user.access, body: { grace_seconds: graceSeconds } })).body.data.api_key;
}

describe("GET /api/keys/self answers", () => {
  test("what a verification says, for keys of both formats", async () => {
    const user = await newUser();
    const own = await newKey(user, { permissions: { sms: ["send"] }, expires_at: "2125-01-01" });
    const { key: staffs } = (await adminCall("/api/api-keys", { body: { userId: user.id } })).body;
    for (const key of [own.api_key, staffs.key]) {
      const answer = await self(key);
      expect(answer.status).toBe(200);
      expect(answer.body).toStrictEqual((await verify({ key })).body);
      expect(answer.body).toMatchObject({ valid: true, user_id: user.id, credits: 1000 });
    }
  });

  test.each<[string, string]>([
    ["EXPIRED", "expires_at = now()"],
    ["REVOKED", "revoked_at = now()"],
    ["DISABLED", "disabled_at = now()"],
  ])("200 that says why: %s", async (code, update) => {
    const key = await newKey(await newUser());
    await query(`UPDATE api_keys SET ${update} WHERE uuid = $1`, [key.id]);
    const answer = await self(key.api_key);
    expect([answer.status, answer.body]).toStrictEqual([200, { valid: false, code, reason: expect.any(String), key_id: key.id }]);
  });

  test("when what was presented ends: a replaced credential before its key, and never after it", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const path = `/api/auth/keys/${key.id}/regenerate/`;
    const { data } = (await call(path, { token: user.access, body: { grace_seconds: 600, expires_at: "2125-01-01" } })).body;
    const endOf = async (credential: string) => (await self(credential)).body.expires_at;
    expect(await endOf(data.api_key)).toBe("2125-01-01T00:00:00.000Z");
    expect(await endOf(key.api_key)).toBe(data.previous_expires_at);
    const soon = new Date(Date.now() + 300_000).toISOString();
    await change(user, key, { expires_at: soon });
    for (const credential of [key.api_key, data.api_key]) expect(await endOf(credential)).toBe(soon);
  });

  test("200 that says that nothing is left for another call", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await setCredits(user, 0);
    expect((await self(key.api_key)).body.code).toBe("CREDITS_EXHAUSTED");
  });
});

describe("POST /api/keys/self/revoke", () => {
  test("ends the key, again and again, and the audit log has it once", async () => {
    const key = await newKey(await newUser());
    for (const body of [undefined, {}]) {
      const answer = await revoke(key.api_key, body);
      expect([answer.status, answer.body]).toStrictEqual([
        200,
        { key_id: key.id, status: "revoked", is_active: false, ended: "key" },
      ]);
    }
    expect(await verifyCode(key.api_key)).toBe("REVOKED");
    expect(await entriesOf(key, "api_key.revoked")).toMatchObject([{ actor_kind: "api_key", actor_id: null }]);
  });

  test("ends a replaced credential alone", async () => {
    const user = await newUser();
    const old = await newKey(user);
    const fresh = await regeneratedByOwner(user, old, 600);
    for (const round of [1, 2]) {
      const answer = await revoke(old.api_key);
      expect([round, answer.status, answer.body]).toStrictEqual([
        round,
        200,
        { key_id: old.id, status: "active", is_active: true, ended: "replaced_credential" },
      ]);
    }
    expect([await verifyCode(old.api_key), await verifyCode(fresh)]).toStrictEqual(["NOT_FOUND", "VALID"]);
    expect(await entriesOf(old, "api_key.grace_ended")).toHaveLength(1);
    expect(await entriesOf(old, "api_key.revoked")).toStrictEqual([]);
  });
});

describe("POST /api/keys/self/regenerate", () => {
  test("gives a new pair where the owner has allowed it, with a grace", async () => {
    const { key } = await newRotatingKey({ expires_at: "2125-01-01" });
    const answer = await regenerate(key.api_key, { grace_seconds: 600 });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: key.id, status: "active", expires_at: "2125-01-01T00:00:00.000Z" });
    expect(Date.parse(answer.body.previous_expires_at)).toBeGreaterThan(Date.now());
    expect((await verify({ key: answer.body.api_key, secret: answer.body.secret_key })).body.code).toBe("VALID");
    expect(await verifyCode(key.api_key)).toBe("VALID");
    expect(await entriesOf(key, "api_key.regenerated")).toMatchObject([
      { actor_kind: "api_key", after: { previous_expires_at: answer.body.previous_expires_at } },
    ]);
    const late = await regenerate(key.api_key);
    expect([late.status, late.body.code]).toStrictEqual([409, "CREDENTIAL_REPLACED"]);
  });

  test("403 with a code of its own where the owner has not, and nothing changes", async () => {
    const { user, key } = await newRotatingKey();
    await change(user, key, { self_rotation: false });
    const answer = await regenerate(key.api_key);
    expect(answer.status).toBe(403);
    expect(answer.body).toStrictEqual({ error: expect.any(String), code: "SELF_ROTATION_OFF" });
    expect(await verifyCode(key.api_key)).toBe("VALID");
  });

  test.each<[string, string]>([
    ["API_KEY_REVOKED", "UPDATE api_keys SET revoked_at = now() WHERE uuid = $1"],
    ["API_KEY_EXPIRED", "UPDATE api_keys SET expires_at = now() WHERE uuid = $1"],
    ["API_KEY_DISABLED", "UPDATE api_keys SET disabled_at = now() WHERE uuid = $1"],
    ["API_KEY_DISABLED", "UPDATE users SET banned = true WHERE id = (SELECT user_id FROM api_keys WHERE uuid = $1)"],
  ])("409 %s after %s", async (code, update) => {
    const { key } = await newRotatingKey();
    await query(update, [key.id]);
    const answer = await regenerate(key.api_key);
    expect([answer.status, answer.body.code]).toStrictEqual([409, code]);
    // Its own body takes no end.
    expect(answer.body.error).not.toContain("expires_at");
    expect(await entriesOf(key, "api_key.regenerated")).toStrictEqual([]);
  });

  test("of two calls at once gives one a pair, with a grace and without", async () => {
    for (const [body, refusal] of [
      [{}, [401, "INVALID_API_KEY"]],
      [{ grace_seconds: 600 }, [409, "CREDENTIAL_REPLACED"]],
    ]) {
      const { key } = await newRotatingKey();
      const answers = await whileKeyIsLocked(key.id, 2, () => Promise.all([1, 2].map(() => regenerate(key.api_key, body))));
      const made = answers.filter(({ status }) => status === 200);
      expect(made).toHaveLength(1);
      expect(answers.filter(({ status }) => status !== 200).map((other) => [other.status, other.body.code])).toStrictEqual([
        refusal,
      ]);
      expect(await verifyCode(made[0]?.body.api_key)).toBe("VALID");
    }
  });

  test.each<[unknown, string]>([
    [{ grace_seconds: -1 }, "grace_seconds"],
    [{ expires_at: null }, "expires_at"],
  ])("400 for %j", async (body, named) => {
    const { key } = await newRotatingKey();
    const answer = await regenerate(key.api_key, body);
    expect([answer.status, answer.body.error]).toStrictEqual([400, expect.stringContaining(named)]);
  });
});

describe("A key's own routes refuse", () => {
  const ROUTES: [string, string][] = [
    ["GET", "/api/keys/self"],
    ["POST", "/api/keys/self/revoke"],
    ["POST", "/api/keys/self/regenerate"],
  ];

  test.each(ROUTES)("%s %s: whoever holds no key, with a 401", async (method, path) => {
    const user = await newUser();
    const [key, deleted, dead] = [await newKey(user), await newKey(user), await newKey(user)];
    await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [deleted.id]);
    if (path !== "/api/keys/self/revoke") await regeneratedByOwner(user, dead, 0);
    const unknown = `${key.api_key.slice(0, -1)}${key.api_key.endsWith("0") ? "1" : "0"}`;
    const tokens = [undefined, "", user.access, key.secret_key, unknown, deleted.api_key, `datazag_${"0".repeat(64)}`];
    tokens.push(shared().settings.SERVICE_API_SECRET);
    if (path !== "/api/keys/self/revoke") tokens.push(dead.api_key);
    for (const token of tokens) {
      const answer = await call(path, { method, token });
      expect(answer.status).toBe(401);
      expect(answer.body).toStrictEqual({ error: "Unauthorized - Invalid API key", code: "INVALID_API_KEY" });
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="key"');
    }
  });

  test.each<[string, string]>([
    ...ROUTES,
    ["POST", "/api/keys/verify"],
    ["POST", "/usage"],
    ["POST", "/api/usage"],
    ["GET", "/api/health"],
  ])("%s %s: a credential in the address, whatever the parameter, with a 400", async (method, path) => {
    const key = await newKey(await newUser());
    const body = method === "POST" ? {} : undefined;
    for (const search of [
      `key=${key.api_key}`,
      `x=Bearer%20${key.secret_key}`,
      key.api_key,
      `a=1&${key.api_key}=`,
      `u=%2Fx%3Fk%3D${key.api_key.replace("_", "%5F")}`,
    ]) {
      const answer = await call(`${path}?${search}`, { method, body, token: key.api_key });
      expect([search, answer.status]).toStrictEqual([search, 400]);
      expect(answer.text).not.toContain(key.api_key);
      if (path !== "/usage" && path !== "/api/usage") expect(answer.body.code).toBe("CREDENTIAL_IN_ADDRESS");
    }
    expect(await verifyCode(key.api_key)).toBe("VALID");
  });
});
