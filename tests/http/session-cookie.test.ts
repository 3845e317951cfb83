import { describe, expect, test } from "vitest";
import { call, deleteUser, newKey, query, shared } from "../support/client";
import { cookieOf } from "../support/cookies";
import { newUser, signInByCookie, type TestUser } from "../support/people";

const MISSING = {
  success: false,
  message: "Authentication credentials were not provided.",
  error_code: "NOT_AUTHENTICATED",
  detail: "Authentication credentials were not provided.",
  code: "not_authenticated",
};
const profile = (headers: Record<string, string>) => call("/api/auth/profile/", { headers });
const refreshStatus = async (refresh: string) => (await call("/api/auth/token/refresh/", { body: { refresh } })).status;

const formerName = (cookie: string) => cookie.replace(/^[^=]+/, "better-auth.session_token");

describe("A session that was opened under the cookie's former name", () => {
  test("goes on, for the user API, pages and the library's own routes, and ends with them", async () => {
    const user = await newUser();
    const Cookie = `theme=dark; ${formerName(await signInByCookie(user))}`;
    expect((await profile({ Cookie })).body.id).toBe(user.id);
    const page = await (await fetch(`${shared().url}/settings`, { headers: { Cookie } })).text();
    expect(page).toContain(user.email);
    expect(page).toMatch(/<html[^>]* data-theme="dark"/);
    const headers = { Cookie, Origin: shared().url };
    expect((await call("/api/auth/sign-out", { body: {}, headers })).status).toBe(200);
    expect((await profile({ Cookie })).status).toBe(401);
  });

  test("gives way to one under the present name, whoever's it is", async () => {
    const [former, present] = [await newUser(), await newUser()];
    const names = [formerName(await signInByCookie(former)), await signInByCookie(present)];
    for (const Cookie of [names.join("; "), names.toReversed().join("; ")])
      expect((await profile({ Cookie })).body.id).toBe(present.id);
  });
});

test("the cookie of another portal on this host, on another port, is none of ours", async () => {
  const [own = "", ...value] = (await signInByCookie(await newUser())).split("=");
  const Cookie = [own.replace(/\d+/, "1"), ...value].join("=");
  expect((await profile({ Cookie })).body).toStrictEqual(MISSING);
});

describe("The portal's session cookie", () => {
  test("is HttpOnly, SameSite and valid for the whole site", async () => {
    const { email, password } = await newUser();
    const answer = await call("/api/auth/sign-in/email", { body: { email, password }, headers: { Origin: shared().url } });
    const cookies = answer.headers.getSetCookie();
    expect(cookies).not.toStrictEqual([]);
    for (const cookie of cookies) expect(cookie).toMatch(/(?=.*; ?Path=\/(;|$))(?=.*; ?HttpOnly)(?=.*; ?SameSite=Lax)/i);
  });

  test("signs in the user API's calls from the portal's own pages", async () => {
    const user = await newUser();
    const Cookie = await signInByCookie(user);
    const own: Record<string, string>[] = [
      { Origin: shared().url },
      { "Sec-Fetch-Site": "same-origin" },
      { "Sec-Fetch-Site": "none" },
    ];
    for (const headers of own) {
      const answer = await profile({ Cookie, ...headers });
      expect(answer.status).toBe(200);
      expect(answer.body.id).toBe(user.id);
    }
    const made = await call("/api/auth/keys/create/", { body: { key_name: "a" }, headers: { Cookie, Origin: shared().url } });
    expect(made.status).toBe(201);
  });

  test.each<[string, Record<string, string>]>([
    ["an allowed origin that is not the portal's", { Origin: "https://portal.datazag.com" }],
    ["an allowed local origin", { Origin: "http://localhost:3000" }],
    ["another site without an Origin header", { "Sec-Fetch-Site": "cross-site" }],
    ["another host of the same site", { "Sec-Fetch-Site": "same-site" }],
  ])("does not sign in calls from %s", async (_, headers) => {
    const answer = await profile({ Cookie: await signInByCookie(await newUser()), ...headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toStrictEqual(MISSING);
  });

  test("makes no key for a page of another origin", async () => {
    const user = await newUser();
    const headers = { Cookie: await signInByCookie(user), Origin: "https://portal.datazag.com" };
    expect((await call("/api/auth/keys/create/", { body: { key_name: "a" }, headers })).status).toBe(401);
    expect(await query("SELECT 1 FROM api_keys WHERE user_id = $1", [user.id])).toStrictEqual([]);
  });

  test("does not rescue a call with a bad token", async () => {
    const Cookie = await signInByCookie(await newUser());
    for (const Authorization of ["Bearer x.y.z", "Bearer", "Basic dXNlcjpwYXNz"])
      expect((await profile({ Cookie, Origin: shared().url, Authorization })).status).toBe(401);
  });

  test.each<[string, (cookie: string, user: TestUser) => Promise<string>]>([
    ["a changed signature", async (cookie) => `${cookie.slice(0, -8)}AAAAAA%3D`],
    [
      "a session token without its signature",
      async (cookie, user) => {
        const [session] = await query<{ token: string }>("SELECT token FROM sessions WHERE user_id = $1", [user.id]);
        return `${cookie.split("=", 1)[0]}=${session?.token}`;
      },
    ],
    [
      "an expired session",
      async (cookie, user) => {
        await query("UPDATE sessions SET expires_at = now() WHERE user_id = $1", [user.id]);
        return cookie;
      },
    ],
    [
      "a banned user",
      async (cookie, user) => {
        await query("UPDATE users SET banned = true WHERE id = $1", [user.id]);
        return cookie;
      },
    ],
    [
      "a deleted user",
      async (cookie, user) => {
        await deleteUser(user);
        return cookie;
      },
    ],
    [
      "a sign-out",
      async (cookie) => {
        const headers = { Cookie: cookie, Origin: shared().url };
        expect((await call("/api/auth/sign-out", { method: "POST", headers })).status).toBe(200);
        return cookie;
      },
    ],
    [
      "a logout by the Mifumo route",
      async (cookie) => {
        await call("/api/auth/logout/", { method: "POST", headers: { Cookie: cookie, Origin: shared().url } });
        return cookie;
      },
    ],
  ])("is dead after %s", async (_, change) => {
    const user = await newUser();
    const Cookie = await change(await signInByCookie(user), user);
    expect((await profile({ Cookie, Origin: shared().url })).status).toBe(401);
  });

  test("is not ended by a logout from another origin", async () => {
    const Cookie = await signInByCookie(await newUser());
    await call("/api/auth/logout/", { method: "POST", headers: { Cookie, Origin: "https://portal.datazag.com" } });
    expect((await profile({ Cookie })).status).toBe(200);
  });

  test("is refused to a banned user", async () => {
    const { id, email, password } = await newUser();
    await query("UPDATE users SET banned = true WHERE id = $1", [id]);
    const answer = await call("/api/auth/sign-in/email", { body: { email, password }, headers: { Origin: shared().url } });
    const wrong = await call("/api/auth/sign-in/email", {
      body: { email, password: "wrong" },
      headers: { Origin: shared().url },
    });
    expect([answer.status, answer.body]).toStrictEqual([401, wrong.body]);
    expect(answer.headers.getSetCookie()).toStrictEqual([]);
  });
});

describe("POST /api/auth/change-password", () => {
  const newPassword = "an entirely new one";
  const changePassword = (Cookie: string, body: Record<string, unknown>, origin = shared().url) =>
    call("/api/auth/change-password", { body: { newPassword, ...body }, headers: { Cookie, Origin: origin } });

  test.each([[{ revokeOtherSessions: true }], [{ revokeOtherSessions: false }], [{}]])(
    "%j ends every session and token of before, and no key",
    async (choice) => {
      const user = await newUser();
      const key = await newKey(user);
      const [first, second] = [await signInByCookie(user), await signInByCookie(user)];
      const answer = await changePassword(first, { currentPassword: user.password, ...choice });
      expect(answer.status).toBe(200);
      const written = await query<{ action: string }>(
        "SELECT action FROM audit_entries WHERE target_id = $1 ORDER BY id DESC LIMIT 3",
        [user.id],
      );
      expect(written.map(({ action }) => action)).toStrictEqual(["user.password_changed", "user.signed_in", "user.signed_in"]);
      expect(await refreshStatus(user.refresh)).toBe(401);
      expect((await call("/api/auth/profile/", { token: user.access })).status).toBe(401);
      for (const Cookie of [first, second]) expect((await profile({ Cookie })).status).toBe(401);
      expect((await profile({ Cookie: cookieOf(answer) })).status).toBe(200);
      const login = (password: string) => call("/api/auth/login/", { body: { email: user.email, password } });
      expect((await login(user.password)).status).toBe(400);
      expect((await login(newPassword)).status).toBe(200);
      expect(await query("SELECT 1 FROM api_keys WHERE uuid = $1 AND revoked_at IS NULL", [key.id])).toHaveLength(1);
    },
  );

  test("is refused with a new password that is too short, and nothing ends", async () => {
    const user = await newUser();
    const body = { currentPassword: user.password, newPassword: "short" };
    expect((await changePassword(await signInByCookie(user), body)).status).toBe(400);
    expect(await refreshStatus(user.refresh)).toBe(200);
  });

  test("is refused with a wrong password, and nothing ends", async () => {
    const user = await newUser();
    const answer = await changePassword(await signInByCookie(user), { currentPassword: "wrong", revokeOtherSessions: true });
    expect(answer.status).toBe(400);
    expect(await refreshStatus(user.refresh)).toBe(200);
  });

  test("is refused to a page of another origin", async () => {
    const user = await newUser();
    const body = { currentPassword: user.password };
    const answer = await changePassword(await signInByCookie(user), body, "https://portal.datazag.com");
    expect(answer.status).toBe(403);
    expect(await refreshStatus(user.refresh)).toBe(200);
  });

  test("is refused without a session", async () => {
    expect((await changePassword("", { currentPassword: "a" })).status).toBe(401);
  });
});

describe("The identity library's other routes", () => {
  test.each([
    ["POST", "/api/auth/sign-up/email"],
    ["POST", "/api/auth/delete-user"],
    ["GET", "/api/auth/list-sessions"],
    ["POST", "/api/auth/update-user"],
    ["POST", "/api/auth/change-email"],
    ["GET", "/api/auth/token"],
    ["GET", "/api/auth/get-session"],
    ["POST", "/api/auth/sign-jwt"],
    ["GET", "/api/auth/error"],
    ["GET", "/api/auth/ok"],
    ["GET", "/api/auth/constructor"],
  ])("%s %s is closed", async (method, path) => {
    const Cookie = await signInByCookie(await newUser());
    const answer = await call(path, {
      method,
      headers: { Cookie, Origin: shared().url },
      ...(method === "POST" && { body: {} }),
    });
    expect(answer.status).toBe(404);
    expect(answer.body).toStrictEqual({ success: false, message: "Not found", error_code: "NOT_FOUND" });
  });

  test.each<[string, string]>([
    ["POST", "/api/auth/jwks"],
    ["GET", "/api/auth/sign-in/email"],
  ])("%s %s is a 405 that names what is allowed", async (method, path) => {
    const answer = await call(path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe(method === "POST" ? "GET, OPTIONS" : "POST, OPTIONS");
  });

  test.each([
    ["/api/auth/sign-in/email", { email: "a@example.com", password: "p", remember_me: false }, "remember_me", "rememberMe"],
    ["/api/auth/sign-out", { everywhere: true }, "everywhere", null],
    ["/api/auth/change-password", { currentPassword: "a", newPassword: "a new password", code: 1 }, "code", null],
  ])("%s refuses a field that it does not know", async (path, body, name, meant) => {
    const answer = await call(path, { body, headers: { Origin: shared().url } });
    const message = `Unknown field "${name}".${meant ? ` Did you mean "${meant}"?` : ""}`;
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, message, error_code: "UNKNOWN_FIELD" });
  });

  test.each([[2 ** 31], [null], [["/keys"]], [{}]])(
    "sign-in refuses an address to go on to that is %j by a code",
    async (callbackURL) => {
      const user = await newUser();
      const body = { email: user.email, password: user.password, callbackURL };
      const answer = await call("/api/auth/sign-in/email", { body, headers: { Origin: shared().url } });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ success: false, error_code: "INVALID_INPUT" });
    },
  );

  test("what stands in the address is not read", async () => {
    const path = "/api/auth/sign-in/email?callbackURL=https://evil.example&callbackURL=1";
    const { email, password } = await newUser();
    const answer = await call(path, { body: { email, password }, headers: { Origin: shared().url } });
    expect(answer.status).toBe(200);
  });

  test("a key set that is asked for by HEAD has the headers of one that is asked for by GET", async () => {
    const [head, get] = [await call("/api/auth/jwks", { method: "HEAD" }), await call("/api/auth/jwks")];
    expect(head.status).toBe(get.status);
    for (const name of ["cache-control", "content-type"])
      expect([name, head.headers.get(name)]).toStrictEqual([name, get.headers.get(name)]);
  });

  test.each([
    ["an address with a NUL byte", '{"email":"a\\u0000@b.c","password":"p"}'],
    ["half a surrogate pair", '{"email":"\\ud800@b.c","password":"\\ud800"}'],
    ["an address that is no string", '{"email":{"a":1},"password":[]}'],
    ["deep nesting", `{"email":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
    ["no JSON", "{"],
  ])("sign-in answers 4xx to %s", async (_, raw) => {
    const answer = await call("/api/auth/sign-in/email", { method: "POST", raw, headers: { Origin: shared().url } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});
