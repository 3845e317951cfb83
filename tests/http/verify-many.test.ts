import { describe, expect, test } from "vitest";
import { call, newKey, query, shared, verify } from "../support/client";
import { newUser } from "../support/people";

describe("POST /api/keys/verify with many keys", () => {
  test("answers each in the order asked, by the same rule as one at a time", async () => {
    const user = await newUser();
    const [valid, revoked, expired, replaced] = await Promise.all([
      newKey(user, { permissions: { sms: ["send"], "*": ["read"] } }),
      newKey(user),
      newKey(user, { expires_at: "2020-01-01T00:00:00Z" }),
      newKey(user),
    ]);
    await call(`/api/auth/keys/${revoked.id}/revoke/`, { method: "POST", token: user.access });
    await call(`/api/auth/keys/${replaced.id}/regenerate/`, { token: user.access, body: { grace_seconds: 600 } });
    const questions = [
      { key: valid.api_key, permission: "sms:send", secret: valid.secret_key },
      { key: valid.api_key, permission: "sms:delete" },
      { key: valid.api_key, permission: "voice:read", cost: 5000 },
      { key: valid.api_key, secret: revoked.secret_key },
      { key: revoked.api_key },
      { key: "nonsense" },
      { key: expired.api_key },
      { key: replaced.api_key, secret: replaced.secret_key },
      { key: valid.api_key, cost: 0 },
    ];
    const { status, body } = await verify({ keys: questions });
    expect(status).toBe(200);
    expect(body.results.map((result: { code: string }) => result.code)).toStrictEqual([
      "VALID",
      "INSUFFICIENT_PERMISSIONS",
      "CREDITS_EXHAUSTED",
      "SECRET_MISMATCH",
      "REVOKED",
      "NOT_FOUND",
      "EXPIRED",
      "VALID",
      "VALID",
    ]);
    const single = await Promise.all(questions.map((question) => verify(question)));
    expect(body.results).toStrictEqual(single.map((answer) => answer.body));
  });

  test("takes bare credentials and a hundred entries", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const { body } = await verify({ keys: Array.from({ length: 100 }, () => key.api_key) });
    expect(body.results).toHaveLength(100);
    expect(new Set(body.results.map((result: { key_id: string }) => result.key_id))).toStrictEqual(new Set([key.id]));
  });

  test("refuses by name what is asked for and not known, for one and within a list", async () => {
    const key = await newKey(await newUser(), { permissions: ["read"] });
    for (const [body, error] of [
      [{ key: key.api_key, permissions: ["write"] }, 'Unknown field "permissions". Did you mean "permission"?'],
      [{ key: key.api_key, scope: "write" }, 'Unknown field "scope". Did you mean "permission"?'],
      [{ keys: ["x", { key: key.api_key, scope: "write" }] }, 'keys[1]: Unknown field "scope". Did you mean "permission"?'],
      [{ keys: [key.api_key], permission: "write" }, 'Unknown field "permission".'],
    ])
      expect(await verify(body)).toMatchObject({ status: 400, body: { error, code: "UNKNOWN_FIELD" } });
  });

  test.each([
    ["none", []],
    ["101", Array.from({ length: 101 }, () => "x")],
    ["no list", "x"],
    ["an entry without a key", [{ permission: "read" }]],
    ["an entry that is no object", [5]],
  ])("refuses %s with 400", async (_, keys) => {
    const { status, body } = await verify({ keys });
    expect([status, body.code]).toStrictEqual([400, "INVALID_INPUT"]);
    expect(body.error).not.toContain("Invalid input");
  });

  test("takes an empty credential for one that nobody has, and names the place of what is no question", async () => {
    const { api_key: key } = await newKey(await newUser());
    const { status, body } = await verify({ keys: [key, "", { key: "" }, key] });
    expect(status).toBe(200);
    const empty = { valid: false, code: "NOT_FOUND", reason: "The credential is malformed: it is empty." };
    expect(body.results).toMatchObject([{ code: "VALID" }, empty, empty, { code: "VALID" }]);
  });

  const ENTRY = "it must be a credential, or an object with one";
  test.each<[unknown, string]>([
    [null, ENTRY],
    [5, ENTRY],
    [["k"], ENTRY],
    [{}, "key is required"],
    [{ key: null }, "key is required"],
    [{ key: "k", cost: -1 }, "cost must not be negative"],
  ])("refuses %j among others by its place", async (entry, problem) => {
    const { status, body } = await verify({ keys: ["k", "", entry, entry] });
    expect([status, body]).toStrictEqual([400, { error: `keys[2]: ${problem}`, code: "INVALID_INPUT" }]);
  });

  test("answers with the key that a credential replaced by another opens until its grace ends, to the millisecond", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await call(`/api/auth/keys/${key.id}/regenerate/`, { token: user.access, body: { grace_seconds: 600 } });
    expect((await verify({ key: key.api_key })).body).toMatchObject({ valid: true, key_id: key.id });
    await query("UPDATE replaced_credentials SET valid_until = now() WHERE hint = $1", [key.api_key.slice(8, 14)]);
    expect((await verify({ key: key.api_key })).body).toStrictEqual({
      valid: false,
      code: "NOT_FOUND",
      reason: expect.any(String),
    });
    expect((await verify({ keys: [key.api_key] })).body.results[0].code).toBe("NOT_FOUND");
  });

  test("is for the service only", async () => {
    for (const token of [undefined, "", "wrong", shared().settings.ADMIN_API_SECRET]) {
      const answer = await call("/api/keys/verify", { body: { keys: ["x"] }, ...(token === undefined ? {} : { token }) });
      expect([answer.status, answer.headers.get("www-authenticate")]).toStrictEqual([401, 'Bearer realm="service"']);
    }
  });
});
