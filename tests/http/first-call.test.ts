import { beforeAll, describe, expect, test } from "vitest";
import { call, newKey, query, setCredits, shared, type TestKey, verify } from "../support/client";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { reportCalls } from "../support/usage";

let owner: TestUser;
let cookie: string;
beforeAll(async () => {
  owner = await newUser();
  cookie = await signInByCookie(owner);
});

const firstCall = async ({ id }: { id: string }, as = cookie) => {
  const answer = await fetch(`${shared().url}/keys/${id}/first-call`, { headers: { Cookie: as } });
  return { status: answer.status, cache: answer.headers.get("cache-control"), body: await answer.json() };
};
const stateOf = async (key: { id: string }) => (await firstCall(key)).body;
const countsOf = ({ id }: TestKey) =>
  query<{ code: string; count: number }>(
    "SELECT code, count::int FROM verification_days v JOIN api_keys k ON k.id = v.key_id WHERE k.uuid = $1 ORDER BY code",
    [id],
  );

describe("Who made a key", () => {
  test("learns that nobody used it, then that it was let in, from the first verification alone", async () => {
    const key = await newKey(owner);
    expect(await firstCall(key)).toStrictEqual({ status: 200, cache: "no-store", body: { state: "none" } });
    for (let times = 0; times < 3; times += 1) await verify({ key: key.api_key });
    // What is counted together with others comes seconds later, all of it at once.
    await expect.poll(() => countsOf(key), { interval: 50, timeout: 20_000 }).toStrictEqual([{ code: "VALID", count: 1 }]);
    expect(await stateOf(key)).toStrictEqual({ state: "made" });
    await expect.poll(() => countsOf(key), { timeout: 20_000 }).toStrictEqual([{ code: "VALID", count: 3 }]);
  });

  test("learns it from what the key says of itself, and from a report", async () => {
    const [asked, reported] = [await newKey(owner), await newKey(owner)];
    await call("/api/keys/self", { token: asked.api_key });
    await expect.poll(() => stateOf(asked), { timeout: 20_000 }).toStrictEqual({ state: "made" });
    await reportCalls(reported.api_key, 1);
    expect(await stateOf(reported)).toStrictEqual({ state: "made" });
  });

  test("learns why a call was refused, until one is let in", async () => {
    const user = await newUser();
    const own = await signInByCookie(user);
    const key = await newKey(user);
    const state = async () => (await firstCall(key, own)).body;
    await verify({ key: key.api_key, permission: "fly" });
    await expect.poll(state, { timeout: 20_000 }).toStrictEqual({ state: "refused", code: "INSUFFICIENT_PERMISSIONS" });
    await setCredits(user, 0);
    await verify({ key: key.api_key });
    await expect.poll(() => countsOf(key), { timeout: 20_000 }).toHaveLength(2);
    await verify({ key: key.api_key, cost: 0 });
    await expect.poll(state, { timeout: 20_000 }).toStrictEqual({ state: "made" });
  });
});

test("nobody else learns it: without a session 401, of others' keys, unknown ones and no ids 404", async () => {
  const key = await newKey(owner);
  expect((await firstCall(key, "")).status).toBe(401);
  const stranger = await signInByCookie(await newUser());
  for (const [id, as] of [
    [key.id, stranger],
    ["550e8400-e29b-41d4-a716-446655440000", cookie],
    ["1", cookie],
  ] as const)
    expect(await firstCall({ id }, as)).toStrictEqual({ status: 404, cache: "no-store", body: { code: "API_KEY_NOT_FOUND" } });
});
