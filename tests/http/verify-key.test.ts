import { describe, expect, test } from "vitest";
import { adminCall, type CallOptions, call, newKey, query, setCredits, shared, verify } from "../support/client";
import { PLAIN_REFUSALS, refusesBadBodies } from "../support/hostile";
import { newUser } from "../support/people";

const PATH = "/api/keys/verify";
const NOT_FOUND = { valid: false, code: "NOT_FOUND", reason: "No key has this credential." };
const send = (options: CallOptions) => call(PATH, { ...options, token: shared().settings.SERVICE_API_SECRET });

describe("POST /api/keys/verify answers", () => {
  test("200 with all there is to know of a valid key", async () => {
    const user = await newUser();
    const key = await newKey(user, { key_name: "Known", permissions: { sms: ["send"] }, expires_at: "2125-01-01" });
    const answer = await verify({ key: key.api_key, secret: key.secret_key, permission: "sms:send", cost: 1000 });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      valid: true,
      code: "VALID",
      key_id: key.id,
      name: "Known",
      user_id: user.id,
      permissions: { sms: ["send"] },
      credits: 1000,
      expires_at: "2125-01-01T00:00:00.000Z",
    });
  });

  test("200 for a key alone, and with null in optional fields", async () => {
    const { api_key: key } = await newKey(await newUser());
    expect((await verify({ key })).body.code).toBe("VALID");
    expect((await verify({ key, secret: null, permission: null, cost: null })).body.code).toBe("VALID");
  });

  const malformed = (how: string) => ({ ...NOT_FOUND, reason: `The credential is malformed: ${how}.` });
  const BEGINNING = malformed("it does not begin with mf_live_ or datazag_");
  const CHARACTERS = malformed("it holds characters that no credential has");
  const SPACE = malformed("there is white space around it");

  test.each<[string, (key: string) => string, typeof NOT_FOUND]>([
    ["an empty prefix", () => "mf_live_", malformed("it is cut short")],
    ["a key nobody has", () => `datazag_${"0".repeat(64)}`, NOT_FOUND],
    [
      "a typo",
      (key) => `${key.slice(0, 20)}${key[20] === "a" ? "b" : "a"}${key.slice(21)}`,
      malformed("its checksum is wrong, so that a character of it was changed"),
    ],
    ["another case", (key) => key.toUpperCase(), BEGINNING],
    ["a space behind it", (key) => `${key} `, SPACE],
    ["a line break behind it", (key) => `${key}\n`, SPACE],
    ["quotes around it", (key) => `"${key}"`, malformed("there are quotes around it")],
    ["the scheme", (key) => `Bearer ${key}`, malformed('it begins with "Bearer", which is no part of it')],
    ["half of it", (key) => key.slice(0, 30), malformed("it is cut short")],
    ["more than it", (key) => `${key}0`, malformed("it is too long")],
    ["a NUL byte", (key) => `${key}\u0000`, CHARACTERS],
    ["half a surrogate pair", () => "\ud800", BEGINNING],
    ["5,000 characters", () => "k".repeat(5000), BEGINNING],
  ])("NOT_FOUND for %s", async (_, change, expected) => {
    const key = await newKey(await newUser());
    const answer = await verify({ key: change(key.api_key) });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual(expected);
    expect(answer.text).not.toContain(key.api_key.slice(8, 14));
  });

  test("USER_DISABLED while the owner is banned, and VALID again after", async () => {
    const user = await newUser();
    const { id, api_key: key } = await newKey(user);
    await query("UPDATE users SET banned = true WHERE id = $1", [user.id]);
    expect((await verify({ key })).body).toStrictEqual({
      valid: false,
      code: "USER_DISABLED",
      reason: "The key's owner is disabled.",
      key_id: id,
    });
    await query("UPDATE users SET banned = false WHERE id = $1", [user.id]);
    expect((await verify({ key })).body.code).toBe("VALID");
  });

  test.each<[string, (own: string, other: string) => string]>([
    ["another key's secret", (_, other) => other],
    ["an empty secret", () => ""],
    ["a typo", (own) => `${own.slice(0, -1)}${own.endsWith("a") ? "b" : "a"}`],
    ["a NUL byte", () => "\u0000"],
  ])("SECRET_MISMATCH for %s", async (_, secretOf) => {
    const user = await newUser();
    const [key, other] = [await newKey(user), await newKey(user)];
    const answer = await verify({ key: key.api_key, secret: secretOf(key.secret_key, other.secret_key) });
    expect(answer.body).toStrictEqual({
      valid: false,
      code: "SECRET_MISMATCH",
      reason: "The secret does not belong to the key.",
      key_id: key.id,
    });
  });

  test("SECRET_MISMATCH for any secret with a key that has none", async () => {
    const user = await newUser();
    const { key } = (await adminCall("/api/api-keys", { body: { userId: user.id } })).body;
    expect((await verify({ key: key.key, secret: key.key })).body.code).toBe("SECRET_MISMATCH");
  });

  test.each([
    [["read"], "read", "VALID"],
    [["read"], "write", "INSUFFICIENT_PERMISSIONS"],
    [[], "read", "INSUFFICIENT_PERMISSIONS"],
    [{ sms: ["send"], "*": ["read"] }, "sms:send", "VALID"],
    [{ sms: ["send"], "*": ["read"] }, "sms:read", "VALID"],
    [{ sms: ["send"], "*": ["read"] }, "mail:send", "INSUFFICIENT_PERMISSIONS"],
    [{ sms: ["send"] }, "__proto__:send", "INSUFFICIENT_PERMISSIONS"],
    [{}, "constructor:name", "INSUFFICIENT_PERMISSIONS"],
  ])("of permissions %j, for %s: %s", async (permissions, permission, code) => {
    const { api_key: key } = await newKey(await newUser(), { permissions });
    expect((await verify({ key, permission })).body.code).toBe(code);
  });

  test("CREDITS_EXHAUSTED for a call that costs more than there is, and not for one that costs nothing", async () => {
    const user = await newUser();
    const { id, api_key: key } = await newKey(user);
    await setCredits(user, 5);
    expect((await verify({ key, cost: 5 })).body).toMatchObject({ code: "VALID", credits: 5 });
    expect((await verify({ key, cost: 6 })).body).toStrictEqual({
      valid: false,
      code: "CREDITS_EXHAUSTED",
      reason: "The owner has too few credits for this call.",
      key_id: id,
    });
    await setCredits(user, 0);
    expect((await verify({ key })).body.code).toBe("CREDITS_EXHAUSTED");
    expect((await verify({ key, cost: 0 })).body.code).toBe("VALID");
    await setCredits(user, -10);
    expect((await verify({ key, cost: 0 })).body).toMatchObject({ code: "VALID", credits: -10 });
    expect((await verify({ key, cost: 1 })).body.code).toBe("CREDITS_EXHAUSTED");
  });

  test("and is counted by day and outcome, a few seconds later and in one go once the key was used", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await query("UPDATE api_keys SET last_used_at = now() WHERE uuid = $1", [key.id]);
    for (const cost of [1, 1, 1, 5000]) await verify({ key: key.api_key, cost });
    await verify({ key: `${key.api_key.slice(0, -1)}!` });
    const counts = () =>
      query(
        `SELECT code, count::int, day = (now() AT TIME ZONE 'UTC')::date AS is_today FROM verification_days
         WHERE key_id = (SELECT id FROM api_keys WHERE uuid = $1) ORDER BY code`,
        [key.id],
      );
    await expect.poll(async () => (await counts()).length, { timeout: 30_000 }).toBe(2);
    expect(await counts()).toStrictEqual([
      { code: "CREDITS_EXHAUSTED", count: 1, is_today: true },
      { code: "VALID", count: 3, is_today: true },
    ]);
  });

  test("and writes nothing itself", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const read = () => query("SELECT k.*, u.* FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.uuid = $1", [key.id]);
    const before = await read();
    await verify({ key: key.api_key, cost: 3 });
    expect(await read()).toStrictEqual(before);
  });
});

describe("POST /api/keys/verify refuses bad input", () => {
  refusesBadBodies(send, PLAIN_REFUSALS);

  test.each([
    ["no key", {}, "key is required"],
    ["null", { key: null }, "key is required"],
    ["an empty key", { key: "" }, "key is required"],
    ["a key that is no string", { key: 1 }, "key is required"],
    ["a secret that is no string", { key: "k", secret: 1 }, "secret must be a string"],
    ["a permission that is no string", { key: "k", permission: ["read"] }, "permission must be a string"],
    ["a cost that is no number", { key: "k", cost: "1" }, "cost must be a whole number of credits"],
    ["half a credit", { key: "k", cost: 0.5 }, "cost must be a whole number of credits"],
    ["an address that is no string", { key: "k", ip: 1 }, "ip must be a string"],
    ["a negative cost", { key: "k", cost: -1 }, "cost must not be negative"],
    ["an absurd cost", { key: "k", cost: 1_000_000_001 }, "cost is too large"],
  ])("400 for %s", async (_, body, error) => {
    const answer = await send({ body });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ error, code: "INVALID_INPUT" });
  });

  test("405 for a GET, naming what is allowed", async () => {
    const answer = await send({});
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
  });
});

describe("POST /api/keys/verify refuses other people:", () => {
  test.each<[string, () => Promise<string | null>]>([
    ["no secret", async () => null],
    ["an empty secret", async () => "Bearer "],
    ["a wrong secret", async () => "Bearer wrong"],
    ["the right secret without its scheme", async () => shared().settings.SERVICE_API_SECRET ?? ""],
    ["the admin secret", async () => `Bearer ${shared().settings.ADMIN_API_SECRET}`],
    ["a user's access token", async () => `Bearer ${(await newUser()).access}`],
    ["an API key", async () => `Bearer ${(await newKey(await newUser())).api_key}`],
  ])("401 for %s", async (_, header) => {
    const authorization = await header();
    const { api_key: key } = await newKey(await newUser());
    const answer = await call(PATH, { body: { key }, headers: authorization === null ? {} : { Authorization: authorization } });
    expect(answer.status).toBe(401);
    expect(answer.body).toStrictEqual({ error: "Unauthorized - Invalid service secret", code: "INVALID_SERVICE_SECRET" });
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="service"');
  });
});
