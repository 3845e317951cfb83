import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallOptions, call, randomEmail, shared } from "../support/client";
import { newUser } from "../support/people";
import { startServer, type TestServer } from "../support/server";
import { type MailServer, startMailServer } from "../support/smtp";

/** A portal that sends mail. */
let server: TestServer;
let post: MailServer;

beforeAll(async () => {
  post = await startMailServer();
  server = await startServer({ ...shared().settings, APP_URL: shared().url, SMTP_URL: post.url });
});
afterAll(async () => {
  await server.stop();
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
});
