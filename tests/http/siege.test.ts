import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, query, randomAddress, shared } from "../support/client";
import { cookieOf } from "../support/cookies";
import { run, staffActions } from "../support/doors";
import { newMailedToken, newUser, signInByCookie, type TestUser } from "../support/people";
import { startServer, type TestServer, until } from "../support/server";

// What nobody else can do to somebody who is known here, however many networks they come from.

const LIMIT = 3;
let server: TestServer;
beforeAll(async () => {
  const settings = { ...shared().settings, AUTH_RATE_LIMIT_PER_MINUTE: String(LIMIT), APP_URL: shared().url };
  server = await startServer(settings);
});
afterAll(() => server.stop("SIGKILL"));

const ofPage = (Cookie: string) => ({ Cookie, Origin: shared().url });
const login = (email: string, password: string, headers: Record<string, string> = {}) =>
  call("/api/auth/login/", { body: { email, password }, headers }, server.url);
const accountOf = ({ email }: TestUser) => createHash("sha256").update(email).digest("base64url");
const audited = async ({ id }: TestUser, action: string) =>
  query<{ actor_kind: string; address: string; after: unknown }>(
    "SELECT actor_kind, address, after FROM audit_entries WHERE target_id = $1 AND action = $2 ORDER BY id",
    [id, action],
  );

/** Somebody whose browser is known, and signed in; with its address, which is not known any more. */
async function newOwner() {
  const user = await newUser();
  const known = cookieOf(await login(user.email, user.password));
  await query("DELETE FROM known_networks WHERE user_id = $1", [user.id]);
  return { user, known };
}

async function stepUp(cookie: string, user: TestUser, password: string) {
  const action = staffActions().find(({ name }) => name === "confirmPasswordAction");
  if (!action) throw new Error("there is no such action");
  return run(action, { user, cookie }, { plain: { user }, keyId: "1" }, { fields: { password }, url: server.url });
}

describe("A browser that is known to an account", () => {
  test("and a network have a counter of their own, for what fails there", async () => {
    const { user, known } = await newOwner();
    const address = randomAddress();
    expect((await login(user.email, user.password, { "X-Forwarded-For": address })).status).toBe(200);
    const fromBrowser = () => login(user.email, "wrong", { Cookie: known });
    const fromNetwork = () => login(user.email, "wrong", { "X-Forwarded-For": address });
    for (const guess of [fromBrowser, fromNetwork]) {
      for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await guess()).status).toBe(400);
      expect((await guess()).status).toBe(429);
    }
    expect((await login(user.email, user.password)).status).toBe(200);
  });

  test("is one by its cookie alone: not by another account's, one that is changed, or one of 90 days ago", async () => {
    const [{ user, known }, other] = [await newOwner(), await newOwner()];
    await exhaust(user);
    const [name = "", value = ""] = known.split("=");
    const [id = "", at = "", mac = ""] = value.split(".");
    const old = (Math.floor(Date.now() / 1000) - 91 * 24 * 3600).toString(36);
    const forged = [`${id}.${old}.${mac}`, `${id.replace(/^./, "A")}x`, `${randomBytes(16).toString("base64url")}.${at}.${mac}`];
    for (const Cookie of [other.known, ...forged.map((text) => `${name}=${text}`)])
      expect((await login(user.email, user.password, { Cookie })).status).toBe(429);
    expect((await login(user.email, user.password, { Cookie: `${known}~${"x".repeat(3000)}` })).status).toBe(200);
  });

  test("may be known to ten of them", async () => {
    const people = await Promise.all(Array.from({ length: 11 }, newUser));
    let Cookie = "";
    for (const { email, password } of people) Cookie = cookieOf(await login(email, password, { Cookie }));
    expect(Cookie.split("~")).toHaveLength(10);
    await query("DELETE FROM known_networks WHERE user_id = ANY($1)", [people.map(({ id }) => id)]);
    const [first, second] = people;
    if (!first || !second) throw new Error("there are eleven");
    await Promise.all([exhaust(first), exhaust(second)]);
    expect((await login(first.email, first.password, { Cookie })).status).toBe(429);
    expect((await login(second.email, second.password, { Cookie })).status).toBe(200);
  });

  test("is one as well that set a password by a mailed link", async () => {
    const user = await newUser();
    const body = { token: await newMailedToken("reset-password", user), new_password: `pw-${randomUUID()}` };
    const address = randomAddress();
    const headers = { "X-Forwarded-For": address };
    const known = cookieOf(await call("/api/auth/password/reset/confirm/", { body, headers }, server.url));
    await exhaust(user);
    expect((await login(user.email, body.new_password, { Cookie: known })).status).toBe(200);
    expect((await login(user.email, body.new_password, headers)).status).toBe(200);
    expect((await login(user.email, body.new_password)).status).toBe(429);
  });
});

test("One session's wrong passwords are counted together, whichever door they come through, and touch no other", async () => {
  const user = await newUser();
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [user.id]);
  const [cookie, other] = [await signInByCookie(user), await signInByCookie(user)];
  const change = (sent: string) => {
    const body = { old_password: "wrong", new_password: "a long sentence" };
    return call("/api/auth/password/change/", { body, headers: ofPage(sent) }, server.url);
  };
  const changeByLibrary = (sent: string) => {
    const body = { currentPassword: "wrong", newPassword: "a long sentence" };
    return call("/api/auth/change-password", { body, headers: ofPage(sent) }, server.url);
  };
  expect((await change(cookie)).status).toBe(400);
  expect((await changeByLibrary(cookie)).body).toMatchObject({ code: "INVALID_PASSWORD" });
  expect((await stepUp(cookie, user, "wrong")).returned).toMatchObject({ fields: { password: ["This is not your password."] } });
  for (const throttled of [await change(cookie), await changeByLibrary(cookie)]) expect(throttled.status).toBe(429);
  expect((await stepUp(cookie, user, user.password)).returned.message).toMatch(
    /^Too many attempts\. Try again in \d+ seconds\.$/,
  );
  expect((await stepUp(other, user, user.password)).returned).toMatchObject({ isDone: true });
  expect((await change(other)).status).toBe(400);
  expect((await login(user.email, user.password)).status).toBe(200);
  await until(async () => (await audited(user, "user.password_refused")).length > 0, "the trace");
});

/** All that networks may fail which the account does not know, in this minute. */
async function exhaust(user: TestUser): Promise<void> {
  await query(
    `INSERT INTO rate_limits (key, points, expire)
     SELECT key, 1000, extract(epoch FROM now()) * 1000 + 60000 FROM unnest($1::text[]) AS key
     ON CONFLICT (key) DO UPDATE SET points = excluded.points, expire = excluded.expire`,
    [["first", "again"].map((what) => `auth:${what}:${accountOf(user)}`)],
  );
}

test("While somebody attacks every door from many networks, the owner is served as on a quiet day", async () => {
  const { user, known } = await newOwner();
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [user.id]);
  const networks = Array.from({ length: 12 }, (_, index) =>
    index % 2 === 0 ? randomAddress() : `2001:db8:${randomBytes(2).toString("hex")}:1::1`,
  );
  const secret = () => ({ "X-Admin-Secret": randomUUID() });
  const doors: ((headers: Record<string, string>) => Promise<{ status: number }>)[] = [
    (headers) => login(user.email, randomUUID(), headers),
    (headers) => call("/api/auth/sign-in/email", { body: { email: user.email, password: "wrong" }, headers }, server.url),
    (headers) => login(user.email, randomUUID(), headers),
    (headers) =>
      call("/api/auth/password/reset/confirm/", { body: { token: "x", new_password: "a long one" }, headers }, server.url),
    (headers) => call("/api/auth/forgot-password/", { body: { email: user.email }, headers }, server.url),
    (headers) => call("/api/api-keys", { headers: { ...headers, ...secret() } }, server.url),
    (headers) => call("/api/keys/verify", { body: { key: "x" }, token: randomUUID(), headers }, server.url),
  ];
  const seen = new Map<number, number>();
  let isOver = false;
  let turn = 0;
  const attack = async () => {
    while (!isOver) {
      turn += 1;
      const door = doors[turn % doors.length];
      const headers = { "X-Forwarded-For": networks[turn % networks.length] ?? "" };
      const { status } = (await door?.(headers)) ?? { status: 0 };
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
  };
  const attackers = Array.from({ length: 6 }, attack);
  const goesOn = async () => {
    const [row] = await query<{ many: number }>(
      "SELECT count(*)::int AS many FROM rate_limits WHERE key LIKE $1 AND points > 10",
      [`auth:tried:${accountOf(user)}:%`],
    );
    return row?.many === networks.length;
  };
  try {
    await until(() => (seen.get(429) ?? 0) > 20, "the bounds to be reached");
    const newBrowser = await login(user.email, user.password);
    expect([200, 429]).toContain(newBrowser.status);
    if (newBrowser.status === 429) expect(Number(newBrowser.headers.get("retry-after"))).toBeLessThanOrEqual(60);

    expect((await login(user.email, user.password, { Cookie: known })).status).toBe(200);
    const session = await call(
      "/api/auth/sign-in/email",
      {
        body: { email: user.email, password: user.password },
        headers: ofPage(known),
      },
      server.url,
    );
    expect(session.status).toBe(200);
    const cookie = cookieOf(session);
    expect((await stepUp(cookie, user, user.password)).returned).toMatchObject({ isDone: true });
    const next = `pw-${randomUUID()}`;
    const body = { old_password: user.password, new_password: next };
    expect((await call("/api/auth/password/change/", { body, headers: ofPage(cookie) }, server.url)).status).toBe(200);
    expect((await login(user.email, next, { Cookie: known })).status).toBe(200);

    await until(goesOn, "every network to go on and on");
    // Its minute is over: those that go on and on have the other half to themselves.
    await query("UPDATE rate_limits SET expire = 1 WHERE key = $1", [`auth:first:${accountOf(user)}`]);
    await query("DELETE FROM known_networks WHERE user_id = $1", [user.id]);
    expect((await login(user.email, next)).status).toBe(200);
  } finally {
    isOver = true;
    await Promise.all(attackers);
  }
  expect(seen.get(429)).toBeGreaterThan(0);
  expect([...seen.keys()].filter((status) => status >= 500)).toStrictEqual([]);
  const [failed] = await audited(user, "user.sign_in_failed");
  expect(failed).toMatchObject({ actor_kind: "visitor", after: { count: 1 } });
  expect((await audited(user, "user.reset_link_requested")).length).toBeGreaterThan(0);
});
