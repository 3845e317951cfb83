import { describe, expect, test } from "vitest";
import { type CallOptions, call, query, randomEmail, shared } from "../support/client";
import { IDENTITY_REFUSALS, refusesBadBodies } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";

const PATH = "/api/auth/login/";
const login = (email: unknown, password: unknown) => call(PATH, { body: { email, password } });
const INVALID = { non_field_errors: ["Invalid credentials."], message: "Invalid credentials." };

describe("POST /api/auth/login/ answers", () => {
  test("200 with the user, tokens that work, and no success key", async () => {
    const user = await newUser();
    const answer = await login(user.email, user.password);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      message: "Login successful",
      user: (await call("/api/auth/profile/", { token: user.access })).body,
      tokens: { access: expect.any(String), refresh: expect.any(String) },
    });
    const profile = await call("/api/auth/profile/", { token: answer.body.tokens.access });
    expect(profile.status).toBe(200);
  });

  test("200 for the address in another case, with spaces around it", async () => {
    const user = await newUser();
    expect((await login(` ${user.email.toUpperCase()} `, user.password)).status).toBe(200);
  });

  test("200, and keeps no more of what a browser says of itself than a page of sessions can show", async () => {
    const { id, email, password } = await newUser();
    const answer = await call(PATH, { body: { email, password }, headers: { "User-Agent": "curl/8 ".repeat(1000) } });
    expect(answer.status).toBe(200);
    const sessions = await query<{ length: number }>("SELECT length(user_agent) AS length FROM sessions WHERE user_id = $1", [
      id,
    ]);
    expect(Math.max(...sessions.map(({ length }) => length))).toBe(512);
  });

  test("200, and the session and the audit log have the whole address of IPv6", async () => {
    const { id, email, password } = await newUser();
    const headers = { "X-Forwarded-For": "2001:DB8:1:2:0:0:0:7" };
    expect((await call(PATH, { body: { email, password }, headers })).status).toBe(200);
    const kept = "SELECT host(ip_address::inet) AS address FROM sessions WHERE user_id = $1::uuid AND ip_address LIKE '%:%'";
    const entry = "SELECT host(address::inet) AS address FROM audit_entries WHERE actor_id = $1::uuid AND address LIKE '%:%'";
    for (const statement of [kept, entry]) expect(await query(statement, [id])).toStrictEqual([{ address: "2001:db8:1:2::7" }]);
  });

  test("200 whatever the Authorization header says", async () => {
    const { email, password } = await newUser();
    expect((await call(PATH, { body: { email, password }, token: "x.y.z" })).status).toBe(200);
  });

  test("200 without a cookie that signs a browser in: the one it has makes it known to the account", async () => {
    const { email, password } = await newUser();
    const cookies = (await login(email, password)).headers.getSetCookie();
    expect(cookies).toStrictEqual([
      expect.stringMatching(/^latchkey-\d+\.devices=[\w.-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });

  test("200 again once a ban is over", async () => {
    const { id, email, password } = await newUser();
    await query("UPDATE users SET banned = true WHERE id = $1", [id]);
    await query("UPDATE users SET banned = false WHERE id = $1", [id]);
    expect((await login(email, password)).status).toBe(200);
  });
});

describe("A password whose hash another product made", () => {
  const DJANGO = "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";
  const BCRYPT = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  const keep = ({ id }: TestUser, hash: string | null) =>
    query("UPDATE accounts SET password = $2 WHERE user_id = $1", [id, hash]);
  const kept = async ({ id }: TestUser) =>
    (await query<{ password: string }>("SELECT password FROM accounts WHERE user_id = $1", [id]))[0]?.password;
  const OWN = /^[0-9a-f]{32}:[0-9a-f]{128}$/;

  test.each([
    ["Django", DJANGO, "lètmein"],
    ["PHP", BCRYPT, "U*U"],
  ])("signs in, and is kept as ours from then on: %s", async (_, hash, password) => {
    const user = await newUser();
    await keep(user, hash);
    const wrong = await login(user.email, "not it");
    expect([wrong.status, wrong.body]).toStrictEqual([400, INVALID]);
    expect(await kept(user)).toBe(hash);
    for (let visit = 0; visit < 2; visit += 1) {
      expect((await login(user.email, password)).status).toBe(200);
      expect(await kept(user)).toMatch(OWN);
    }
    expect((await login(user.email, "not it")).status).toBe(400);
  });

  test("signs in by the portal's own form, and can be changed as it is", async () => {
    const [one, other] = [await newUser(), await newUser()];
    await Promise.all([keep(one, DJANGO), keep(other, BCRYPT)]);
    const body = { email: one.email, password: "lètmein" };
    expect((await call("/api/auth/sign-in/email", { body, headers: { Origin: shared().url } })).status).toBe(200);
    expect(await kept(one)).toMatch(OWN);
    const change = { old_password: "U*U", new_password: "a password of ours" };
    expect((await call("/api/auth/password/change/", { token: other.access, body: change })).status).toBe(200);
    expect((await login(other.email, change.new_password)).status).toBe(200);
  });

  test.each([
    [""],
    ["!"],
    ["a:b"],
    [":"],
    ["md5$x$5f4dcc3b5aa765d61d8327deb882cf99"],
    ["argon2$argon2id$v=19$m=1,t=1,p=1$a$b"],
    [null],
  ])("is a wrong one where the hash is %j", async (hash) => {
    const user = await newUser();
    await keep(user, hash);
    for (const password of [user.password, "password"]) {
      const answer = await login(user.email, password);
      expect([answer.status, answer.body]).toStrictEqual([400, INVALID]);
    }
    const body = { old_password: user.password, new_password: "a password of ours" };
    expect((await call("/api/auth/password/change/", { token: user.access, body })).status).toBe(400);
  });
});

describe("POST /api/auth/login/ refuses bad input", () => {
  refusesBadBodies((options: CallOptions) => call(PATH, options), IDENTITY_REFUSALS);

  const required = ["This field is required."];
  test.each<[string, Record<string, unknown>, unknown]>([
    ["nothing", {}, { email: required, password: required }],
    ["no address", { password: "p" }, { email: required }],
    ["no password", { email: "a@example.com" }, { password: required }],
    ["an empty address", { email: " ", password: "p" }, { email: ["This field may not be blank."] }],
    ["an empty password", { email: "a@example.com", password: "" }, { password: ["This field may not be blank."] }],
    ["objects", { email: { $ne: "" }, password: { $ne: "" } }, { email: required, password: required }],
  ])("400 for %s", async (_, body, fields) => {
    const answer = await call(PATH, { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual(fields);
  });

  test.each([
    ["a word", "abc"],
    ["a NUL byte", "a\u0000@example.com"],
    ["half a surrogate pair", "\ud800@example.com"],
    ["a quote", "' OR 1=1 --"],
  ])("400 for %s as address, as for any wrong one", async (_, email) => {
    const answer = await login(email, "a password");
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual(INVALID);
  });

  test.each([
    ["a NUL byte", "\u0000"],
    ["half a surrogate pair", "\ud800"],
    ["1,024 characters", "p".repeat(1024)],
  ])("400 for %s as password, as for any wrong one", async (_, password) => {
    const answer = await login((await newUser()).email, password);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual(INVALID);
  });
});

describe("POST /api/auth/login/ refuses other people:", () => {
  test("400, the same for an unknown address, a wrong password and a banned user", async () => {
    const [user, banned] = [await newUser(), await newUser()];
    await query("UPDATE users SET banned = true WHERE id = $1", [banned.id]);
    const answers = [
      await login(randomEmail(), user.password),
      await login(user.email, `${user.password}!`),
      await login(user.email, user.password.toUpperCase()),
      await login(banned.email, banned.password),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.body).toStrictEqual(INVALID);
    }
    expect(await query("SELECT 1 FROM sessions WHERE user_id = $1", [user.id])).toHaveLength(1);
  });
});
