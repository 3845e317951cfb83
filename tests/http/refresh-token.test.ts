import { describe, expect, test } from "vitest";
import { type CallOptions, call, deleteUser, newKey, query, shared } from "../support/client";
import { goodClaims, newForger } from "../support/denials";
import { IDENTITY_REFUSALS, refusesBadBodies } from "../support/hostile";
import { newUser, signInByCookie, type TestUser } from "../support/people";

const PATH = "/api/auth/token/refresh/";
const refresh = (token: unknown) => call(PATH, { body: { refresh: token } });
const DEAD = "Token is invalid or expired";
const REFUSED = { message: DEAD, detail: DEAD, code: "token_not_valid" };

async function expectRefused(token: string): Promise<void> {
  const answer = await refresh(token);
  expect(answer.status).toBe(401);
  expect(answer.body).toStrictEqual(REFUSED);
}

describe("POST /api/auth/token/refresh/ answers", () => {
  test("200 with a new pair that works, and the old refresh token stays usable", async () => {
    const user = await newUser();
    const answer = await refresh(user.refresh);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({ access: expect.any(String), refresh: expect.any(String) });
    expect(answer.body.access).not.toBe(user.access);
    for (const token of [answer.body.access, user.access]) expect((await call("/api/auth/profile/", { token })).status).toBe(200);
    for (const token of [user.refresh, answer.body.refresh, user.refresh]) expect((await refresh(token)).status).toBe(200);
  });

  test("200 to ten at once with the same token", async () => {
    const user = await newUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(user.refresh)));
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(10).fill(200));
  });

  test("200 whatever the Authorization header says", async () => {
    const user = await newUser();
    expect((await call(PATH, { body: { refresh: user.refresh }, token: "x.y.z" })).status).toBe(200);
  });

  test("200, and the session's seven days begin again", async () => {
    const user = await newUser();
    await query("UPDATE sessions SET expires_at = now() + interval '1 minute' WHERE user_id = $1", [user.id]);
    await refresh(user.refresh);
    const [session] = await query<{ left: number }>(
      "SELECT extract(epoch FROM expires_at - now())::float / 86400 AS left FROM sessions WHERE user_id = $1",
      [user.id],
    );
    expect(Math.round(session?.left ?? 0)).toBe(7);
  });
});

describe("A session that is refreshed again and again", () => {
  /** As it is when it was opened so many days ago and used lately. */
  async function openedBefore(days: number): Promise<TestUser> {
    const user = await newUser();
    await query("UPDATE sessions SET created_at = now() - $2 * interval '1 day' WHERE user_id = $1", [user.id, days]);
    return user;
  }
  const secondsLeft = (token: string) =>
    JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).exp - Date.now() / 1000;

  test("ends ninety days after the sign-in, and its tokens with it", async () => {
    const user = await openedBefore(89);
    const { body } = await refresh(user.refresh);
    const [session] = await query<{ days: number }>(
      "SELECT extract(epoch FROM expires_at - created_at)::float8 / 86400 AS days FROM sessions WHERE user_id = $1",
      [user.id],
    );
    expect(session?.days).toBeCloseTo(90, 3);
    expect(secondsLeft(body.refresh)).toBeLessThanOrEqual(86_400);
    expect(secondsLeft(body.refresh)).toBeGreaterThan(80_000);
    await query("UPDATE sessions SET created_at = now() - interval '90 days' + interval '30 minutes' WHERE user_id = $1", [
      user.id,
    ]);
    const last = (await refresh(body.refresh)).body;
    expect([secondsLeft(last.access) <= 1800, secondsLeft(last.refresh) <= 1800]).toStrictEqual([true, true]);
  });

  test.each([91, 400])(
    "is over after %i days, whatever was promised it before: 401 to its tokens and to its cookie",
    async (days) => {
      const user = await openedBefore(days);
      await expectRefused(user.refresh);
      expect((await call("/api/auth/profile/", { token: user.access })).status).toBe(401);
      const headers = { Cookie: await signInByCookie(user), Origin: shared().url };
      expect((await call("/api/auth/profile/", { headers })).status).toBe(200);
      await query("UPDATE sessions SET created_at = now() - $2 * interval '1 day' WHERE user_id = $1", [user.id, days]);
      expect((await call("/api/auth/profile/", { headers })).status).toBe(401);
      const body = { currentPassword: user.password, newPassword: "an entirely new one" };
      expect((await call("/api/auth/change-password", { body, headers })).status).toBe(401);
      const page = await fetch(`${shared().url}/settings`, { headers, redirect: "manual" });
      expect([page.status, page.headers.get("location")]).toStrictEqual([307, "/sign-in?next=%2Fsettings"]);
      // Nothing has made it last longer.
      const [left] = await query(
        "SELECT max(expires_at) < now() + interval '7 days' AS is_short FROM sessions WHERE user_id = $1",
        [user.id],
      );
      expect(left).toStrictEqual({ is_short: true });
    },
  );
});

describe("POST /api/auth/token/refresh/ refuses bad input", () => {
  refusesBadBodies((options: CallOptions) => call(PATH, options), IDENTITY_REFUSALS);

  test.each([
    ["no token", {}, "This field is required."],
    ["null", { refresh: null }, "This field is required."],
    ["a number", { refresh: 1 }, "This field is required."],
    ["an empty token", { refresh: "" }, "This field may not be blank."],
  ])("400 for %s", async (_, body, sentence) => {
    const answer = await call(PATH, { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ refresh: [sentence] });
  });
});

describe("POST /api/auth/token/refresh/ refuses other people:", () => {
  const forged = async (user: TestUser, change: Record<string, unknown>) =>
    (await newForger()).sign({ ...(await goodClaims(user)), token_type: "refresh", ...change });

  test("not the claims of a refresh token when nothing is wrong with them", async () => {
    expect((await refresh(await forged(await newUser(), {}))).status).toBe(200);
  });

  test.each<[string, (user: TestUser) => Promise<string>]>([
    ["a word", async () => "abc"],
    ["a NUL byte", async () => "\u0000"],
    ["5,000 characters", async () => "a".repeat(5000)],
    ["an access token", async (user) => user.access],
    ["an API key", async (user) => (await newKey(user)).api_key],
    ["a cut signature", async (user) => user.refresh.slice(0, -4)],
    ["an expired token", (user) => forged(user, { exp: Math.floor(Date.now() / 1000) - 60 })],
    ["a token of another issuer", (user) => forged(user, { iss: "https://other.example" })],
    ["a token for another audience", (user) => forged(user, { aud: "https://other.example" })],
    ["a token of no kind", (user) => forged(user, { token_type: undefined })],
  ])("401 for %s", async (_, token) => {
    await expectRefused(await token(await newUser()));
  });

  test("401 for a deleted user", async () => {
    const user = await newUser();
    await deleteUser(user);
    await expectRefused(user.refresh);
  });

  test.each<[string, string]>([
    ["a banned user", "UPDATE users SET banned = true WHERE id = $1"],
    ["an expired session", "UPDATE sessions SET expires_at = now() WHERE user_id = $1"],
    ["an ended session", "DELETE FROM sessions WHERE user_id = $1"],
  ])("401 for %s", async (_, statement) => {
    const user = await newUser();
    await query(statement, [user.id]);
    await expectRefused(user.refresh);
  });
});
