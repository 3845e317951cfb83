import { describe, expect, test } from "vitest";
import { type Answer, type CallOptions, call, query, randomAddress, randomEmail, shared } from "../support/client";
import { newForger } from "../support/denials";
import { newUser, type TestUser } from "../support/people";

// The front ends of the two products that the portal took over from, as they call it: they read no status and no code.

const PROFILE = "/api/auth/settings/profile/";

/** What the first front end tells a person when something fails. */
const shown = ({ body }: Answer): string => body.message || "An error occurred";

/** It keeps both tokens from the log-in, and later replaces the access token alone. */
function openFrontEnd({ access, refresh }: Pick<TestUser, "access" | "refresh">) {
  let token = access;
  const ask = (path: string, options: CallOptions = {}) => call(path, { token, ...options });
  return {
    ask,
    /** The name in the corner of every page. */
    loadPage: async () => {
      const { success, data } = (await ask(PROFILE)).body;
      return success ? `${data.first_name} ${data.last_name}` : "nobody";
    },
    refresh: async () => {
      const answer = await call("/api/auth/token/refresh/", { body: { refresh } });
      token = answer.body.access ?? token;
      return answer;
    },
  };
}

type FrontEnd = ReturnType<typeof openFrontEnd>;

async function logIn(email: string, password: string): Promise<FrontEnd> {
  const { body } = await call("/api/auth/login/", { body: { email, password } });
  expect(body).not.toHaveProperty("success");
  return openFrontEnd(body.tokens);
}

describe("The first front end", () => {
  test("takes a person from signing up to signing out", async () => {
    const [email, password] = [randomEmail(), "a password of some length"];
    const form = { email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
    const differs = await call("/api/auth/register/", { body: { ...form, password_confirm: "another" } });
    expect(shown(differs)).toBe("Passwords don't match.");
    expect((await call("/api/auth/register/", { body: form })).body.tokens).toBeDefined();
    expect(shown(await call("/api/auth/login/", { body: { email, password: "wrong" } }))).toBe("Invalid credentials.");
    const page = await logIn(email, password);
    expect(await page.loadPage()).toBe("Asha Mrema");

    const saved = await page.ask(PROFILE, { method: "PUT", body: { first_name: "Amina" } });
    expect([saved.body.success, saved.body.data.full_name]).toStrictEqual([true, "Amina Mrema"]);
    for (let visit = 0; visit < 3; visit += 1) {
      expect((await page.refresh()).body.access).toBeDefined();
      expect(await page.loadPage()).toBe("Amina Mrema");
    }

    const made = await page.ask("/api/auth/keys/create/", { body: { key_name: "Web", permissions: {} } });
    expect([made.body.success, made.body.data.permissions]).toStrictEqual([true, {}]);
    const { id } = made.body.data;
    const { api_account, api_keys } = (await page.ask("/api/auth/settings/")).body.data;
    expect([api_account.name, api_keys.length, api_keys[0].permissions]).toStrictEqual(["Amina Mrema", 1, {}]);
    const renewed = await page.ask(`/api/auth/keys/${id}/regenerate/`, { method: "POST" });
    expect([renewed.body.success, renewed.body.data.permissions]).toStrictEqual([true, {}]);
    expect((await page.ask(`/api/auth/keys/${id}/revoke/`, { method: "POST" })).body.success).toBe(true);
    const { api_keys: counts, account_created } = (await page.ask("/api/auth/usage/")).body.data;
    expect([counts, account_created]).toStrictEqual([{ total: 1, active: 0 }, api_account.created_at]);

    const next = "a password of another kind";
    const change = (old_password: string) =>
      page.ask("/api/auth/password/change/", { body: { old_password, new_password: next, new_password_confirm: next } });
    expect((await change("wrong")).body.old_password).toStrictEqual(["Old password is incorrect."]);
    expect(shown(await change(password))).toBe("Password changed successfully");
    expect((await page.ask("/api/auth/logout/", { body: {} })).status).toBe(200);
    expect(shown(await page.ask(PROFILE))).toBe("Token is invalid or expired");
    expect(shown(await page.refresh())).toBe("Token is invalid or expired");
    expect(await (await logIn(email, next)).loadPage()).toBe("Amina Mrema");
  });

  const CALLS: [string, string, CallOptions][] = [
    ["the profile", PROFILE, {}],
    ["saving the profile", PROFILE, { method: "PUT", body: { first_name: "Amina" } }],
    ["the old profile route", "/api/auth/profile/", {}],
    ["its keys", "/api/auth/settings/", {}],
    ["its usage", "/api/auth/usage/", {}],
    ["a key", "/api/auth/keys/create/", { body: { key_name: "Web", permissions: {} } }],
    ["revoking", "/api/auth/keys/550e8400-e29b-41d4-a716-446655440000/revoke/", { method: "POST" }],
    ["regenerating", "/api/auth/keys/550e8400-e29b-41d4-a716-446655440000/regenerate/", { method: "POST" }],
    ["a generated key", "/api/auth/api-key/generate/", { body: { permissions: {} } }],
    ["revoking a generated key", "/api/auth/api-key/revoke/", { body: { key_id: "x" } }],
    ["another password", "/api/auth/password/change/", { body: { old_password: "a", new_password: "another one" } }],
  ];

  let dead: Promise<Record<string, string>> | undefined;
  async function deadTokens() {
    const user = await newUser();
    await query("DELETE FROM sessions WHERE user_id = $1", [user.id]);
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: "someone", iat: now, exp: now + 600, iss: "https://id.example.com", aud: shared().url };
    return { ended: user.access, malformed: "undefined", empty: "", foreign: await (await newForger()).sign(claims) };
  }

  test.each(CALLS)("is told that its token is dead, asking for %s", async (_, path, options) => {
    dead ??= deadTokens();
    for (const [kind, token] of Object.entries(await dead)) {
      const answer = await call(path, { ...options, token });
      const told = kind === "empty" ? "Authentication credentials were not provided." : "Token is invalid or expired";
      expect([kind, answer.status, shown(answer)]).toStrictEqual([kind, 401, told]);
    }
  });

  test("is told what else went wrong, in words", async () => {
    const { access: token } = await newUser();
    const large = { method: "POST", raw: " ".repeat(70_000), token };
    const answers: [number, string, CallOptions][] = [
      [400, PROFILE, { method: "PUT", raw: "{", token }],
      [400, "/api/auth/login/", { method: "POST", raw: "[]" }],
      [401, "/api/auth/token/refresh/", { body: { refresh: "undefined" } }],
      [404, "/api/auth/nowhere/", { token }],
      [404, "/api/auth/keys/1/revoke/", { method: "POST", token }],
      [405, PROFILE, { method: "DELETE", token }],
      [405, "/api/auth/login/", {}],
      [413, PROFILE, { ...large, method: "PUT" }],
      [413, "/api/auth/keys/create/", large],
      [413, "/api/auth/register/", large],
    ];
    for (const [status, path, options] of answers) {
      const answer = await call(path, options);
      expect([path, answer.status, typeof answer.body.message]).toStrictEqual([path, status, "string"]);
    }
  });

  test("is told to wait, in words", async () => {
    const headers = { "X-Forwarded-For": randomAddress() };
    let last: Answer | undefined;
    for (let attempt = 0; attempt <= 20; attempt += 1) last = await call("/api/auth/register/", { body: {}, headers });
    expect(last?.status).toBe(429);
    expect(last && shown(last)).toMatch(/^Too many attempts\. Try again in \d+ seconds\.$/);
  });
});

describe("The second front end", () => {
  const asStaff = (path: string, options: CallOptions = {}, secret = shared().settings.ADMIN_API_SECRET ?? "") =>
    call(path, { ...options, headers: { "X-Admin-Secret": secret, Origin: "https://portal.datazag.com" } });

  test("makes, lists and deletes a key of somebody's", async () => {
    const user = await newUser();
    const made = (await asStaff("/api/api-keys", { body: { userId: user.id, name: "Portal", permissions: {} } })).body;
    expect(made).toMatchObject({ success: true, key: { name: "Portal", active: true }, user: { id: user.id, credits: 1000 } });
    const { keys } = (await asStaff(`/api/api-keys?userId=${user.id}`)).body;
    expect(keys).toMatchObject([{ id: made.key.id, name: "Portal", user_email: user.email }]);
    const gone = (await asStaff(`/api/api-keys/${made.key.id}`, { method: "DELETE" })).body;
    expect(gone).toStrictEqual({
      success: true,
      message: "API key deleted successfully",
      deleted_key: { id: made.key.id, name: "Portal" },
    });
    const again = (await asStaff(`/api/api-keys/${made.key.id}`, { method: "DELETE" })).body;
    expect(again).toStrictEqual({ success: false, error: "API key not found" });
  });

  test.each<[string, string, CallOptions]>([
    ["making", "/api/api-keys", { body: { userId: "x" } }],
    ["listing", "/api/api-keys", {}],
    ["deleting", "/api/api-keys/1", { method: "DELETE" }],
  ])("is told that its secret is dead, %s", async (_, path, options) => {
    for (const secret of ["", "0".repeat(64)]) {
      const answer = await asStaff(path, options, secret);
      expect(answer.body).toStrictEqual({ success: false, error: "Unauthorized - Invalid admin secret" });
    }
  });
});
