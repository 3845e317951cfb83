import { describe, expect, test } from "vitest";
import { type CallOptions, call, INSTANT, newKey, query, UUID, verifyCode } from "../support/client";
import { hidesOtherKeys, refusesOtherPeople } from "../support/denials";
import { refusesBadBodies, USER_REFUSALS } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";

const GENERATE = "/api/auth/api-key/generate/";
const REVOKE = "/api/auth/api-key/revoke/";
const generate = ({ access: token }: TestUser, body?: unknown) => call(GENERATE, { method: "POST", token, body });
const revoke = ({ access: token }: TestUser, body: unknown) => call(REVOKE, { token, body });

let someone: Promise<TestUser> | undefined;
const anyUser = () => {
  someone ??= newUser();
  return someone;
};

describe("POST /api/auth/api-key/generate/", () => {
  test("201 with a key that works, under both names, and what create says of it", async () => {
    const user = await newUser();
    const answer = await generate(user, { name: " Front end ", permissions: {} });
    expect(answer.status).toBe(201);
    expect(answer.body).toStrictEqual({
      message: "API key generated successfully",
      api_key: expect.stringMatching(/^mf_live_/),
      key: answer.body.api_key,
      secret_key: expect.stringMatching(/^mf_live_/),
      key_id: expect.stringMatching(UUID),
      name: "Front end",
      permissions: {},
      created_at: expect.stringMatching(INSTANT),
      expires_at: null,
    });
    expect(await verifyCode(answer.body.api_key)).toBe("VALID");
    const { api_keys } = (await call("/api/auth/settings/", { token: user.access })).body.data;
    expect(api_keys).toMatchObject([{ id: answer.body.key_id, key_name: "Front end", permissions: {} }]);
    const written = await query("SELECT action FROM audit_entries WHERE actor_id = $1 AND target_kind = 'api_key'", [user.id]);
    expect(written).toStrictEqual([{ action: "api_key.created" }]);
  });

  test.each<[string, unknown]>([
    ["no body", undefined],
    ["an empty object", {}],
    ["null", { name: null, permissions: null }],
    ["a blank", { name: " " }],
  ])("201 with a name and permissions of its own for %s", async (_, body) => {
    const answer = await generate(await anyUser(), body);
    expect([answer.status, answer.body.name, answer.body.permissions]).toStrictEqual([201, "API Key", ["read", "write"]]);
  });

  test("201 with an end, where one is given", async () => {
    const answer = await generate(await anyUser(), { expires_at: "2125-01-01T00:00:00Z" });
    expect(answer.body.expires_at).toBe("2125-01-01T00:00:00.000Z");
  });

  test.each<[Record<string, unknown>, string]>([
    [{ name: 5 }, "INVALID_KEY_NAME"],
    [{ name: "n".repeat(101) }, "INVALID_KEY_NAME"],
    [{ name: "a\u0000" }, "INVALID_KEY_NAME"],
    [{ permissions: "read" }, "INVALID_PERMISSIONS"],
    [{ expires_at: "soon" }, "INVALID_EXPIRES_AT"],
  ])("400 for %j, with a message and no row", async (body, code) => {
    const user = await newUser();
    const answer = await generate(user, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: code });
    expect(await query("SELECT 1 FROM api_keys WHERE user_id = $1", [user.id])).toStrictEqual([]);
  });

  refusesBadBodies(
    async (options: CallOptions) => call(GENERATE, { ...options, token: (await anyUser()).access }),
    USER_REFUSALS,
  );
  refusesOtherPeople((headers) => call(GENERATE, { headers, body: {} }));
});

describe("POST /api/auth/api-key/revoke/", () => {
  test("200, the key is dead and stays listed, and again 200", async () => {
    const user = await newUser();
    const key = await newKey(user);
    for (const body of [{ key_id: key.id }, { key_id: ` ${key.id} ` }]) {
      const answer = await revoke(user, body);
      expect([answer.status, answer.body]).toStrictEqual([200, { message: "API key revoked successfully" }]);
    }
    expect(await verifyCode(key.api_key)).toBe("REVOKED");
    const { api_keys } = (await call("/api/auth/settings/", { token: user.access })).body.data;
    expect(api_keys).toMatchObject([{ id: key.id, status: "revoked" }]);
  });

  test.each<[unknown, string]>([
    [{}, "key_id is required"],
    [{ key_id: null }, "key_id is required"],
    [{ key_id: " " }, "key_id is required"],
    [{ key_id: 5 }, "key_id must be a string"],
  ])("400 for %j", async (body, message) => {
    const answer = await revoke(await anyUser(), body);
    expect([answer.status, answer.body]).toStrictEqual([400, { success: false, message, error_code: "INVALID_INPUT" }]);
  });

  hidesOtherKeys((user, id) => revoke(user, { key_id: decodable(id) }));
  refusesBadBodies(async (options: CallOptions) => call(REVOKE, { ...options, token: (await anyUser()).access }), USER_REFUSALS);
  refusesOtherPeople((headers) => call(REVOKE, { headers, body: { key_id: "x" } }));
});

/** These ids are written for addresses; a blank one would be none at all. */
function decodable(id: string): string {
  return id === "%20" ? "-" : id;
}
