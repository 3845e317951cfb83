import { describe, expect, test } from "vitest";
import { query, shared } from "../support/client";
import { newUser, signInByCookie, type TestUser } from "../support/people";

/** A session that was opened and ends so long before or after now, and a page visited in it. */
async function visitIn({ opened, ends }: { opened: string; ends: string }, path = "/settings") {
  const user = await newUser();
  // That of the registration.
  await query("DELETE FROM sessions WHERE user_id = $1", [user.id]);
  const Cookie = await signInByCookie(user);
  await query("UPDATE sessions SET created_at = now() + $2::interval, expires_at = now() + $3::interval WHERE user_id = $1", [
    user.id,
    opened,
    ends,
  ]);
  const before = await endOf(user);
  const page = await fetch(shared().url + path, { headers: { Cookie }, redirect: "manual" });
  return { status: page.status, before, after: await endOf(user) };
}

/** When the person's session ends; how many days that is from its beginning and from now. */
async function endOf({ id }: TestUser) {
  const [session] = await query<{ at: Date; from_sign_in: number; from_now: number }>(
    `SELECT expires_at AS at, extract(epoch FROM expires_at - created_at)::float8 / 86400 AS from_sign_in,
       extract(epoch FROM expires_at - now())::float8 / 86400 AS from_now
     FROM sessions WHERE user_id = $1`,
    [id],
  );
  return session;
}

describe("A session of the portal", () => {
  test("lasts seven days more when a page is used", async () => {
    const { status, after } = await visitIn({ opened: "-5 days", ends: "2 days" });
    expect(status).toBe(200);
    expect(after?.from_now).toBeGreaterThan(6.9);
    expect(after?.from_now).toBeLessThanOrEqual(7);
  });

  test("is not written for every page", async () => {
    const { before, after } = await visitIn({ opened: "-1 hour", ends: "6 days 2 hours" });
    expect(after?.at).toStrictEqual(before?.at);
  });

  test("ends ninety days after the sign-in, however much it is used", async () => {
    const { after } = await visitIn({ opened: "-88 days", ends: "6 hours" });
    expect(after?.from_sign_in).toBeCloseTo(90, 5);
  });

  test("that has ended is not brought back", async () => {
    const { status, after } = await visitIn({ opened: "-8 days", ends: "-1 hour" });
    expect(status).toBe(307);
    expect(after?.from_now ?? -1).toBeLessThan(0);
  });
});
