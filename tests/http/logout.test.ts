import { describe, expect, test } from "vitest";
import { type CallOptions, call, query } from "../support/client";
import { newForger } from "../support/denials";
import { IDENTITY_REFUSALS, refusesBadBodies, SAYING_NOTHING } from "../support/hostile";
import { claimsOf, newUser, type TestUser } from "../support/people";

const PATH = "/api/auth/logout/";
const DONE = { message: "Logout successful" };
const profileStatus = async (token: string) => (await call("/api/auth/profile/", { token })).status;
const refreshStatus = async (refresh: string) => (await call("/api/auth/token/refresh/", { body: { refresh } })).status;

async function secondSession({ email, password }: TestUser): Promise<{ access: string; refresh: string }> {
  return (await call("/api/auth/login/", { body: { email, password } })).body.tokens;
}

describe("POST /api/auth/logout/ answers", () => {
  test("200, and the refresh token and its session are dead, later tokens of it too, other sessions not", async () => {
    const user = await newUser();
    const other = await secondSession(user);
    const later = (await call("/api/auth/token/refresh/", { body: { refresh: user.refresh } })).body;
    const answer = await call(PATH, { body: { refresh: user.refresh }, token: user.access });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual(DONE);
    expect(await refreshStatus(user.refresh)).toBe(401);
    expect(await refreshStatus(later.refresh)).toBe(401);
    expect(await profileStatus(user.access)).toBe(401);
    expect(await profileStatus(later.access)).toBe(401);
    expect(await profileStatus(other.access)).toBe(200);
    expect(await refreshStatus(other.refresh)).toBe(200);
  });

  test.each([...SAYING_NOTHING, ["a refresh token that is no string", '{"refresh":1}']])(
    "200 for %s, ending the access token's session",
    async (_, raw) => {
      const user = await newUser();
      const answer = await call(PATH, { method: "POST", token: user.access, raw });
      expect(answer.status).toBe(200);
      expect(answer.body).toStrictEqual(DONE);
      expect(await refreshStatus(user.refresh)).toBe(401);
    },
  );

  test("200 for an expired refresh token, ending its session, which younger tokens have kept open", async () => {
    const user = await newUser();
    const [session] = await query<{ id: string }>("SELECT id FROM sessions WHERE user_id = $1", [user.id]);
    const expired = await (await newForger()).sign(claimsOf("refresh", user.id, session?.id ?? "", -60));
    expect(await refreshStatus(expired)).toBe(401);
    expect((await call(PATH, { body: { refresh: expired } })).status).toBe(200);
    expect(await profileStatus(user.access)).toBe(401);
  });

  test.each(["undefined", "x.y.z"])("200 for the refresh token %j, ending the access token's session", async (refresh) => {
    const user = await newUser();
    expect((await call(PATH, { body: { refresh }, token: user.access })).status).toBe(200);
    expect(await profileStatus(user.access)).toBe(401);
  });

  test("200 a second time", async () => {
    const user = await newUser();
    await call(PATH, { body: { refresh: user.refresh } });
    const again = await call(PATH, { body: { refresh: user.refresh } });
    expect(again.status).toBe(200);
    expect(again.body).toStrictEqual(DONE);
  });
});

describe("POST /api/auth/logout/ refuses bad input", () => {
  refusesBadBodies((options: CallOptions) => call(PATH, options), IDENTITY_REFUSALS);
});

describe("POST /api/auth/logout/ refuses other people:", () => {
  test("who hold no valid token end nobody's session", async () => {
    const user = await newUser();
    for (const body of [{}, { refresh: "x.y.z" }, { refresh: `${user.refresh.slice(0, -6)}AAAAAA` }])
      expect((await call(PATH, { body })).status).toBe(200);
    expect(await profileStatus(user.access)).toBe(200);
  });
});
