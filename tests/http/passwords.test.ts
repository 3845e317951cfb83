import { describe, expect, test } from "vitest";
import { type CallOptions, call, newKey, query, randomEmail, shared } from "../support/client";
import { refusesOtherPeople } from "../support/denials";
import { IDENTITY_REFUSALS, refusesBadBodies } from "../support/hostile";
import { newMailedToken, newUser, signInByCookie, type TestUser } from "../support/people";

const CHANGE = "/api/auth/password/change/";
const FORGOT = "/api/auth/forgot-password/";
const CONFIRM = "/api/auth/password/reset/confirm/";
const NEXT = "an entirely new one";

const statusOf = async (token: string) => (await call("/api/auth/profile/", { token })).status;
const login = async ({ email }: TestUser, password: string) =>
  (await call("/api/auth/login/", { body: { email, password } })).status;
const confirm = (token: unknown, new_password: unknown = NEXT) => call(CONFIRM, { body: { token, new_password } });
const auditOf = async ({ id }: TestUser) =>
  query<{ action: string; after: unknown }>(
    "SELECT action, after FROM audit_entries WHERE target_id = $1 ORDER BY id DESC LIMIT 1",
    [id],
  );

let someone: Promise<TestUser> | undefined;
const anyUser = () => {
  someone ??= newUser();
  return someone;
};

describe("POST /api/auth/password/change/ answers", () => {
  test("200: other sessions end, mailed links die, the asking session and keys stay", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const other = await signInByCookie(user);
    const mailed = await newMailedToken("reset-password", user);
    await newMailedToken("verify-email", user);
    const body = { old_password: user.password, new_password: NEXT, new_password_confirm: NEXT };
    const answer = await call(CHANGE, { token: user.access, body });
    expect([answer.status, answer.body]).toStrictEqual([200, { message: "Password changed successfully" }]);
    expect(await auditOf(user)).toStrictEqual([{ action: "user.password_changed", after: { sessions_ended: 1 } }]);
    expect(await statusOf(user.access)).toBe(200);
    expect((await call("/api/auth/token/refresh/", { body: { refresh: user.refresh } })).status).toBe(200);
    const headers = { Cookie: other, Origin: shared().url };
    expect((await call("/api/auth/profile/", { headers })).status).toBe(401);
    expect((await confirm(mailed, "of the one who reads the mails")).status).toBe(400);
    expect(await query("SELECT 1 FROM verifications WHERE value LIKE '%' || $1", [user.id])).toStrictEqual([]);
    expect([await login(user, user.password), await login(user, NEXT)]).toStrictEqual([400, 200]);
    expect(await query("SELECT 1 FROM api_keys WHERE uuid = $1 AND revoked_at IS NULL", [key.id])).toHaveLength(1);
  });

  test("200 to one of several at once with the same old password", async () => {
    const user = await newUser();
    const ask = (index: number) =>
      call(CHANGE, { token: user.access, body: { old_password: user.password, new_password: `${NEXT} ${index}` } });
    const answers = await Promise.all([1, 2, 3].map(ask));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => [400, 409].includes(status))).toHaveLength(2);
    expect(await login(user, `${NEXT} ${statuses.indexOf(200) + 1}`)).toBe(200);
  });
});

describe("POST /api/auth/password/change/ refuses", () => {
  refusesBadBodies(
    async (options: CallOptions) => call(CHANGE, { ...options, token: (await anyUser()).access }),
    IDENTITY_REFUSALS,
  );

  const required = ["This field is required."];
  test.each<[string, (password: string) => Record<string, unknown>, Record<string, unknown>]>([
    ["nothing", () => ({}), { old_password: required, new_password: required }],
    [
      "a wrong password",
      () => ({ old_password: "not it", new_password: NEXT }),
      { old_password: ["Old password is incorrect."] },
    ],
    [
      "a short one",
      (old_password) => ({ old_password, new_password: "short" }),
      { new_password: ["This password is too short. It must contain at least 8 characters."] },
    ],
    [
      "two that differ",
      (old_password) => ({ old_password, new_password: NEXT, new_password_confirm: "another" }),
      { non_field_errors: ["Passwords don't match."], message: "Passwords don't match." },
    ],
  ])("%s: 400 with a field map, and nothing ends", async (_, body, fields) => {
    const user = await newUser();
    const mailed = await newMailedToken("reset-password", user);
    const other = await call("/api/auth/token/refresh/", { body: { refresh: user.refresh } });
    const answer = await call(CHANGE, { token: user.access, body: body(user.password) });
    expect([answer.status, answer.body]).toStrictEqual([400, fields]);
    expect(await statusOf(other.body.access)).toBe(200);
    expect((await confirm(mailed)).status).toBe(200);
  });

  refusesOtherPeople((headers) => call(CHANGE, { headers, body: { old_password: "x", new_password: NEXT } }));
});

describe("POST /api/auth/forgot-password/", () => {
  test("200, the same for a known and an unknown address", async () => {
    const user = await newUser();
    const known = await call(FORGOT, { body: { email: user.email.toUpperCase() } });
    const unknown = await call(FORGOT, { body: { email: randomEmail() } });
    expect([known.status, Object.keys(known.body)]).toStrictEqual([200, ["message"]]);
    expect([unknown.status, unknown.body]).toStrictEqual([200, known.body]);
  });

  test("429 after three mails, the same for a known and an unknown address", async () => {
    for (const email of [(await newUser()).email, randomEmail()]) {
      const statuses = [];
      for (let round = 0; round < 4; round++) statuses.push((await call(FORGOT, { body: { email } })).status);
      expect(statuses).toStrictEqual([200, 200, 200, 429]);
    }
  });

  test("400 with a field map", async () => {
    expect((await call(FORGOT, { body: {} })).body).toStrictEqual({ email: ["This field is required."] });
    expect((await call(FORGOT, { body: { email: "abc" } })).body).toStrictEqual({ email: ["Enter a valid email address."] });
  });

  refusesBadBodies((options: CallOptions) => call(FORGOT, options), IDENTITY_REFUSALS);
});

describe("POST /api/auth/password/reset/confirm/", () => {
  const DEAD = "This link no longer works: it expired, was used, or a newer one took its place. Ask for a new one.";

  test("200 once: the password is set and every session ends", async () => {
    const user = await newUser();
    const token = await newMailedToken("reset-password", user);
    const answer = await confirm(token);
    expect([answer.status, answer.body]).toStrictEqual([200, { message: "Password reset successfully" }]);
    expect([await statusOf(user.access), await login(user, NEXT)]).toStrictEqual([401, 200]);
    const again = await confirm(token, "yet another one");
    expect([again.status, again.body]).toStrictEqual([400, { non_field_errors: [DEAD], message: DEAD }]);
    expect(await login(user, NEXT)).toBe(200);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["unknown", async () => "abc"],
    ["5,000 characters long", async () => "a".repeat(5000)],
    ["a NUL byte", async () => "\u0000"],
    ["one that proves an address", async () => newMailedToken("verify-email", await anyUser())],
  ])("400 for a token that is %s", async (_, token) => {
    const answer = await confirm(await token());
    expect([answer.status, answer.body]).toStrictEqual([400, { non_field_errors: [DEAD], message: DEAD }]);
  });

  test("400 with a field map, and the link stays good", async () => {
    const required = ["This field is required."];
    expect((await call(CONFIRM, { body: {} })).body).toStrictEqual({ token: required, new_password: required });
    const token = await newMailedToken("reset-password", await newUser());
    const answer = await confirm(token, "short");
    expect(Object.keys(answer.body)).toStrictEqual(["new_password"]);
    expect((await confirm(token)).status).toBe(200);
  });

  refusesBadBodies((options: CallOptions) => call(CONFIRM, options), IDENTITY_REFUSALS);
});
