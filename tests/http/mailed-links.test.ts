import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminCall, type CallOptions, call, query, randomAddress, randomEmail, shared } from "../support/client";
import { newUser, registerOverHttp, signInByCookie } from "../support/people";
import { sendPlainForm } from "../support/plain-form";
import { startServer, type TestServer } from "../support/server";
import { type MailServer, startMailServer } from "../support/smtp";

/** A portal that sends mail, and gives nothing before the address is confirmed. */
let server: TestServer;
let post: MailServer;

beforeAll(async () => {
  post = await startMailServer();
  const confirmed = { SIGNUP_CREDITS_WHEN: "confirmed", KEYS_NEED_CONFIRMED_ADDRESS: "on" };
  server = await startServer({ ...shared().settings, ...confirmed, APP_URL: shared().url, SMTP_URL: post.url });
});
afterAll(async () => {
  await server.stop("SIGKILL");
  await post.stop();
});

const ask = (path: string, options: CallOptions) => call(path, options, server.url);

/** The secret in the newest mail to this address. */
async function mailedTo(email: string, count = 1): Promise<string> {
  const { text } = await post.newestTo(email, count);
  return /token=([\w-]+)/.exec(text)?.[1] ?? "";
}

describe("POST /api/auth/forgot-password/ by mail", () => {
  test("sends a link whose token sets a new password once, and nothing to an address that nobody has", async () => {
    const [{ email }, stranger] = [await newUser(), randomEmail()];
    const unknown = await ask("/api/auth/forgot-password/", { body: { email: stranger } });
    const known = await ask("/api/auth/forgot-password/", { body: { email } });
    expect([known.status, known.body]).toStrictEqual([200, unknown.body]);
    const token = await mailedTo(email);
    const confirm = () => ask("/api/auth/password/reset/confirm/", { body: { token, new_password: "the second of its kind" } });
    expect([(await confirm()).status, (await confirm()).status]).toStrictEqual([200, 400]);
    expect((await ask("/api/auth/login/", { body: { email, password: "the second of its kind" } })).status).toBe(200);
    expect(post.mails.filter(({ to }) => to === stranger)).toStrictEqual([]);
  });

  test("sends three in a quarter of an hour, whoever asks: the link in the last one helps its owner all the same", async () => {
    const { email } = await newUser();
    const forgot = () => ask("/api/auth/forgot-password/", { body: { email } });
    for (let count = 1; count <= 3; count += 1) {
      expect((await forgot()).status).toBe(200);
      await mailedTo(email, count);
    }
    const refused = await forgot();
    expect(refused.status).toBe(429);
    expect(refused.body.message).toMatch(/^Too many attempts\. Try again in \d+ seconds\. .*the link in the last one works\.$/);
    const body = { token: await mailedTo(email, 3), new_password: "the fourth of its kind" };
    expect((await ask("/api/auth/password/reset/confirm/", { body })).status).toBe(200);
  });

  test("takes nothing from who asks for the link that confirms the address", async () => {
    const user = await registerOverHttp(server.url);
    const forgot = () => ask("/api/auth/forgot-password/", { body: { email: user.email } });
    for (let count = 1; count <= 4; count += 1) expect((await forgot()).status).toBe(count <= 3 ? 200 : 429);
    const Cookie = await signInByCookie(user);
    const page = await sendPlainForm(`${server.url}/settings`, {}, { Cookie }, "Send a link");
    expect(await page.text()).toContain(`A link is on its way to ${user.email}.`);
  });

  test("is named to whoever has tried too often in a network that is not known", async () => {
    const { email, password } = await newUser();
    const address = randomAddress();
    const values = [`auth:network:${address}`, Date.now() + 60_000];
    await query("INSERT INTO rate_limits (key, points, expire) VALUES ($1, 20, $2)", values);
    const answer = await ask("/api/auth/login/", { body: { email, password }, headers: { "X-Forwarded-For": address } });
    expect(answer.status).toBe(429);
    expect(answer.body.message).toMatch(/ Or have a link mailed to you with which you choose a new password\.$/);
  });
});

test("The mail that confirms an address says when and from where the account was made", async () => {
  const { id, email } = await registerOverHttp(server.url);
  const { text } = await post.newestTo(email);
  const [made] = await query<{ day: string; address: string }>(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD "at" HH24:MI "UTC"') AS day, address FROM audit_entries
     WHERE target_id = $1 AND action = 'user.registered'`,
    [id],
  );
  expect(text).toContain(
    `made with this address on ${made?.day}, from the network address ${made?.address}, with an app or script.`,
  );
  expect(text).toContain("If you did not make this account, the link is for you as well");
});

describe("A reset of somebody who has not confirmed the address", () => {
  test("gives what waited for that", async () => {
    const user = await registerOverHttp(server.url);
    // Mails leave beside each other: the second one to arrive is to be the one that is asked for.
    await mailedTo(user.email);
    await ask("/api/auth/forgot-password/", { body: { email: user.email } });
    const body = { token: await mailedTo(user.email, 2), new_password: "the second of its kind" };
    expect((await ask("/api/auth/password/reset/confirm/", { body })).status).toBe(200);
    const answer = await ask("/api/auth/login/", { body: { email: user.email, password: "the second of its kind" } });
    expect(answer.body.user).toMatchObject({ is_verified: true, credits: 1000 });
    const made = await ask("/api/auth/keys/create/", { token: answer.body.tokens.access, body: { key_name: "First" } });
    expect(made.status).toBe(201);
  });
});

describe("Somebody who has not confirmed the address", () => {
  test("has no credits and makes no key, until they do", async () => {
    const user = await registerOverHttp(server.url);
    const { access: token } = user;
    const routes: [string, Record<string, unknown>][] = [
      ["/api/auth/keys/create/", { key_name: "First" }],
      ["/api/auth/api-key/generate/", {}],
    ];
    const creditsOf = async () => (await ask("/api/auth/usage/", { token })).body.data.credits;
    expect(await creditsOf()).toBe(0);
    for (const [path, body] of routes) {
      const answer = await ask(path, { token, body });
      const message = "Confirm your e-mail address first: a link was mailed to it, and the settings have a new one.";
      expect([answer.status, answer.body]).toStrictEqual([403, { success: false, message, error_code: "EMAIL_NOT_CONFIRMED" }]);
    }
    const made = await adminCall("/api/api-keys", { body: { userId: user.id } }, server.url);
    expect(made.status).toBe(201);

    const page = `${server.url}/verify-email?token=${await mailedTo(user.email)}`;
    expect((await sendPlainForm(page, { maker: "me" })).status).toBe(303);
    expect(await (await fetch(page)).text()).toContain("Your address is confirmed already");
    expect(await creditsOf()).toBe(1000);
    for (const [path, body] of routes) expect((await ask(path, { token, body })).status).toBe(201);
  });
});
