import { describe, expect, test } from "vitest";
import { call, INSTANT, newKey, query, setCredits } from "../support/client";
import { refusesOtherPeople } from "../support/denials";
import { newUser, type TestUser } from "../support/people";

const PATH = "/api/auth/usage/";
const usage = async (user: TestUser) => (await call(PATH, { token: user.access })).body.data;

describe("GET /api/auth/usage/ answers", () => {
  test("200 with zeros for a new user", async () => {
    const user = await newUser();
    const answer = await call(PATH, { token: user.access });
    expect(answer.status).toBe(200);
    const { daily, ...rest } = answer.body.data;
    expect({ ...answer.body, data: rest }).toStrictEqual({
      success: true,
      message: "API usage statistics retrieved successfully",
      data: {
        api_keys: { total: 0, active: 0 },
        webhooks: { total: 0, active: 0 },
        api_calls: { total: 0 },
        account_created: expect.stringMatching(INSTANT),
        credits: 1000,
      },
    });
    expect(daily).toHaveLength(30);
    for (const day of daily)
      expect(day).toStrictEqual({ date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), calls: 0, credits: 0 });
  });

  test("the API account's age, not the person's", async () => {
    const user = await newUser();
    await query("UPDATE users SET created_at = '2020-01-01' WHERE id = $1", [user.id]);
    const { account_created } = await usage(user);
    const [account] = await query<{ at: Date }>("SELECT created_at AS at FROM api_accounts WHERE user_id = $1", [user.id]);
    expect(account_created).toBe(account?.at.toISOString());
  });

  test("active keys without revoked and expired ones, and the calls of deleted ones", async () => {
    const user = await newUser();
    const [, revoked, , deleted] = [
      await newKey(user),
      await newKey(user),
      await newKey(user, { expires_at: "2025-01-01" }),
      await newKey(user),
    ];
    await call(`/api/auth/keys/${revoked.id}/revoke/`, { method: "POST", token: user.access });
    await query("UPDATE api_keys SET total_uses = 7 WHERE user_id = $1", [user.id]);
    await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [deleted.id]);
    expect(await usage(user)).toMatchObject({ api_keys: { total: 3, active: 1 }, api_calls: { total: 28 } });
  });

  test("the days of all keys together, oldest first, and none older than thirty days", async () => {
    const user = await newUser();
    await newKey(user);
    await newKey(user);
    await query(
      `INSERT INTO usage_days (key_id, user_id, day, calls, credits)
       SELECT id, user_id, (now() AT TIME ZONE 'UTC')::date - back, 2, 3
       FROM api_keys, (VALUES (1), (29), (30)) AS days (back) WHERE user_id = $1`,
      [user.id],
    );
    const { daily } = await usage(user);
    const dates = daily.map((day: { date: string }) => day.date);
    expect(dates).toStrictEqual([...dates].sort());
    expect(new Set(dates).size).toBe(30);
    const used = daily.filter((day: { calls: number }) => day.calls > 0);
    expect(used.map(({ calls, credits }: { calls: number; credits: number }) => [calls, credits])).toStrictEqual([
      [4, 6],
      [4, 6],
    ]);
    expect(daily[28]).toBe(used[1]);
  });

  test("a balance below zero as it is", async () => {
    const user = await newUser();
    await setCredits(user, -5);
    expect((await usage(user)).credits).toBe(-5);
  });
});

describe("GET /api/auth/usage/ refuses bad input", () => {
  test("405 for a POST, naming what is allowed", async () => {
    const answer = await call(PATH, { token: (await newUser()).access, body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, OPTIONS");
  });
});

describe("GET /api/auth/usage/ refuses other people:", () => {
  refusesOtherPeople((headers) => call(PATH, { headers }));

  test("nobody sees another user's numbers", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    await newKey(owner);
    expect((await usage(other)).api_keys).toStrictEqual({ total: 0, active: 0 });
  });
});
