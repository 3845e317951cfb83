import { describe, expect, test } from "vitest";
import { type CallOptions, call, INSTANT, query, randomEmail, UUID } from "../support/client";
import { IDENTITY_REFUSALS, refusesBadBodies } from "../support/hostile";
import { NEW_PROFILE, newUser } from "../support/people";

const PATH = "/api/auth/register/";
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

function form(changes: Record<string, unknown> = {}) {
  const password = "correct horse";
  return { email: randomEmail(), password, password_confirm: password, first_name: "Asha", last_name: "Mrema", ...changes };
}
const register = (changes?: Record<string, unknown>) => call(PATH, { body: form(changes) });

describe("POST /api/auth/register/ answers", () => {
  test("201 with the user and tokens that work", async () => {
    const email = randomEmail();
    const answer = await register({ email, phone_number: "+255 700 000 000", timezone: "Africa/Dar_es_Salaam" });
    expect(answer.status).toBe(201);
    expect(answer.body).toStrictEqual({
      message: "User registered successfully",
      user: {
        id: expect.stringMatching(UUID),
        email,
        ...NEW_PROFILE,
        phone_number: "+255 700 000 000",
        timezone: "Africa/Dar_es_Salaam",
        created_at: expect.stringMatching(INSTANT),
        updated_at: expect.stringMatching(INSTANT),
        last_login_at: expect.stringMatching(INSTANT),
      },
      tokens: { access: expect.stringMatching(JWT), refresh: expect.stringMatching(JWT) },
    });
    const profile = await call("/api/auth/profile/", { token: answer.body.tokens.access });
    expect(profile.body).toStrictEqual(answer.body.user);
  });

  test("201 with the access token of the contract", async () => {
    const { body } = await register();
    const claims = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const access = claims(body.tokens.access);
    const ids = { user_id: body.user.id, sub: body.user.id, jti: expect.any(String) };
    expect(access).toMatchObject({ token_type: "access", ...ids, email: body.user.email });
    expect(access.exp - access.iat).toBe(3600);
    expect(access.aud).toBe(access.iss);
    const refresh = claims(body.tokens.refresh);
    expect(refresh).toMatchObject({ token_type: "refresh", user_id: body.user.id });
    expect(refresh.exp - refresh.iat).toBe(7 * 24 * 3600);
    const [header = ""] = body.tokens.access.split(".");
    const { kid, alg } = JSON.parse(Buffer.from(header, "base64url").toString());
    expect(alg).toBe("ES256");
    const { keys } = (await call("/api/auth/jwks")).body;
    expect(keys.map((key: { kid: string }) => key.kid)).toContain(kid);
    for (const key of keys) expect(key).not.toHaveProperty("d");
  });

  test("201 with an address in lower case and trimmed names", async () => {
    const email = randomEmail();
    const { user } = (await register({ email: ` ${email.toUpperCase()} `, first_name: " Asha ", phone_number: "" })).body;
    expect(user).toMatchObject({ email, first_name: "Asha", phone_number: null, timezone: "UTC" });
  });

  test("201 with an international address, which is one with its form in ASCII", async () => {
    const name = randomEmail().split("@")[0];
    const [typed, kept] = [`${name}@MÜNCHEN.example`, `${name}@xn--mnchen-3ya.example`];
    const answer = await register({ email: typed });
    expect([answer.status, answer.body.user?.email]).toStrictEqual([201, kept]);
    for (const email of [typed, kept, typed.normalize("NFD")]) {
      expect((await register({ email })).body).toStrictEqual({ email: ["user with this email already exists."] });
      expect((await call("/api/auth/login/", { body: { email, password: "correct horse" } })).status).toBe(200);
    }
  });

  test("201 and gives no role, credits or verification to those who ask for them", async () => {
    const wishes = { role: "admin", is_staff: true, credits: 1e6, is_verified: true, emailVerified: true, id: "x" };
    const { user } = (await register(wishes)).body;
    expect(user).toMatchObject({ is_staff: false, is_superuser: false, credits: 1000, is_verified: false });
  });

  test("201 whatever the Authorization header says", async () => {
    expect((await call(PATH, { body: form(), token: "x.y.z" })).status).toBe(201);
  });

  test("201 with a password that is stored as a hash only", async () => {
    const password = "a password to look for";
    const { user } = (await register({ password, password_confirm: password })).body;
    const rows = await query("SELECT a.*, u.* FROM accounts a JOIN users u ON u.id = a.user_id WHERE u.id = $1", [user.id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(password);
  });
});

describe("POST /api/auth/register/ refuses bad input", () => {
  refusesBadBodies((options: CallOptions) => call(PATH, options), IDENTITY_REFUSALS);

  const required = ["This field is required."];
  const blank = ["This field may not be blank."];

  test("400 naming every missing field", async () => {
    const answer = await call(PATH, { method: "POST" });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({
      email: required,
      password: required,
      password_confirm: required,
      first_name: required,
      last_name: required,
    });
  });

  test("400 for an address that is taken, in whatever case", async () => {
    const { email } = await newUser();
    for (const taken of [email, email.toUpperCase()]) {
      const answer = await register({ email: taken });
      expect(answer.status).toBe(400);
      expect(answer.body).toStrictEqual({ email: ["user with this email already exists."] });
    }
  });

  test("400 to all but one of five at once with the same address", async () => {
    const email = randomEmail();
    const answers = await Promise.all(Array.from({ length: 5 }, () => register({ email })));
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([201, 400, 400, 400, 400]);
  });

  test("400 for passwords that differ", async () => {
    const answer = await register({ password_confirm: "something else" });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ non_field_errors: ["Passwords don't match."], message: "Passwords don't match." });
  });

  const address = ["Enter a valid email address."];
  test.each<[string, string, unknown, string[]]>([
    ["an empty address", "email", "", blank],
    ["a blank address", "email", "  ", blank],
    ["null", "email", null, required],
    ["a word", "email", "abc", address],
    ["a NUL byte", "email", "a\u0000@example.com", address],
    ["a credential", "email", `datazag_${"0a".repeat(32)}@example.com`, address],
    ["half a surrogate pair", "email", "\ud800@example.com", address],
    ["a list", "email", ["a@example.com"], required],
    ["a blank first name", "first_name", " ", blank],
    ["a long last name", "last_name", "n".repeat(101), ["Ensure this field has no more than 100 characters."]],
    ["a NUL byte", "first_name", "a\u0000", ["This field must not contain control characters."]],
    ["half a surrogate pair", "last_name", "\udfff", ["This field must not contain control characters."]],
    ["nothing to see", "first_name", "\u200b", ["This field must have something to see, and nothing that turns text around."]],
    ["a word", "phone_number", "call me", ["Enter a valid phone number."]],
    ["a place that is none", "timezone", "Mars/Olympus", ["Enter a valid timezone."]],
    ["a number", "timezone", 3, ["Enter a valid timezone."]],
  ])("400 for %s as %s", async (_, field, value, sentences) => {
    const answer = await register({ [field]: value });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ [field]: sentences });
  });

  test("400 for an address of 5,000 characters", async () => {
    const answer = await register({ email: `${"a".repeat(4988)}@example.com` });
    expect(answer.status).toBe(400);
    expect(answer.body.email).toContain("Enter a valid email address.");
  });

  test.each([
    ["seven characters", "seven77", "This password is too short. It must contain at least 8 characters."],
    ["129 characters", "p".repeat(129), "This password is too long. It must contain at most 128 characters."],
    ["half a surrogate pair", "password\ud800", "This password contains characters that cannot be stored."],
  ])("400 for a password of %s", async (_, password, sentence) => {
    const answer = await register({ password, password_confirm: password });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ password: [sentence] });
  });
});
