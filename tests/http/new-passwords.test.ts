import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, query, randomEmail, shared } from "../support/client";
import { newMailedToken, newUser, signInByCookie, type TestUser } from "../support/people";
import { sendPlainForm } from "../support/plain-form";
import { startServer, type TestServer } from "../support/server";

type Said = { status: number; text: string };
type Door = (user: TestUser, password: string, url?: string) => Promise<Said>;

const NAMES = { first_name: "Asha", last_name: "Mrema" };

/** `account`: of an address that nobody has yet, where somebody signs up. */
const said = async (form: Promise<Response>): Promise<Said> => {
  const answer = await form;
  return { status: answer.status, text: await answer.text() };
};
const own = async (user: TestUser) => ({ Cookie: await signInByCookie(user), Origin: shared().url });

/** All that set one, each with what its field is called in a field map; null for pages. */
const DOORS: [string, string | null, Door][] = [
  [
    "registering",
    "password",
    (_, password, url) =>
      call("/api/auth/register/", { body: { email: randomEmail(), password, password_confirm: password, ...NAMES } }, url),
  ],
  [
    "changing it over the API",
    "new_password",
    ({ access: token, password: old_password }, new_password, url) =>
      call("/api/auth/password/change/", { token, body: { old_password, new_password } }, url),
  ],
  [
    "a reset over the API",
    "new_password",
    async (user, new_password, url) => {
      const token = await newMailedToken("reset-password", user);
      return call("/api/auth/password/reset/confirm/", { body: { token, new_password } }, url);
    },
  ],
  [
    "the identity library’s change of it",
    null,
    async (user, newPassword) =>
      call("/api/auth/change-password", { body: { currentPassword: user.password, newPassword }, headers: await own(user) }),
  ],
  [
    "signing up",
    null,
    (_, password) => said(sendPlainForm(`${shared().url}/sign-up`, { email: randomEmail(), password, name: "Asha Mrema" })),
  ],
  [
    "a reset",
    null,
    async (user, password) =>
      said(sendPlainForm(`${shared().url}/reset-password?token=${await newMailedToken("reset-password", user)}`, { password })),
  ],
  [
    "changing it on the page",
    null,
    async (user, newPassword) => {
      const fields = { currentPassword: user.password, newPassword };
      return said(sendPlainForm(`${shared().url}/settings`, fields, await own(user), "Change password"));
    },
  ],
  [
    "a reclaimed account",
    null,
    async (user, password) => {
      const page = `${shared().url}/verify-email?token=${await newMailedToken("verify-email", user)}`;
      return said(sendPlainForm(page, { maker: "someone-else", password }));
    },
  ],
];

const EASY: [string, string][] = [
  ["Iloveyou", "This password is too common."],
  ["12345678", "This password is too common."],
  ["hello MREMA 77", "This password contains your name."],
  [" ".repeat(8), "This password has nothing to see in it."],
];

describe.each(DOORS)("A new password by %s", (_, field, send) => {
  test("is refused in a sentence where it is easy to guess, and nothing changes", async () => {
    const user = await newUser();
    const before = await query("SELECT password FROM accounts WHERE user_id = $1", [user.id]);
    for (const [password, sentence] of EASY) {
      const { status, text } = await send(user, password);
      expect([password, status, text.includes(sentence)]).toStrictEqual([password, field ? 400 : status, true]);
      expect([200, 400]).toContain(status);
      if (field) expect(JSON.parse(text)).toStrictEqual({ [field]: [sentence] });
    }
    expect(await query("SELECT password FROM accounts WHERE user_id = $1", [user.id])).toStrictEqual(before);
    expect((await call("/api/auth/profile/", { token: user.access })).status).toBe(200);
    const { status } = await send(user, "an entirely new one");
    expect([200, 201, 303]).toContain(status);
  });
});

describe("What is wrong with a form is told at once:", () => {
  const TAKEN = "There is an account with this address.";
  const missing = (page: string, ...sentences: string[]) => sentences.filter((sentence) => !page.includes(sentence));

  test("a blank name, an address that has an account and an easy password, to who signs up", async () => {
    const { email } = await newUser();
    const sent = async (fields: Record<string, string>) => (await said(sendPlainForm(`${shared().url}/sign-up`, fields))).text;
    const all = await sent({ name: " ", email, password: "Iloveyou" });
    expect(missing(all, "This field may not be blank.", TAKEN, "This password is too common.")).toStrictEqual([]);
    const address = await sent({ name: "Asha Mrema", email: "asha@", password: "hello mrema" });
    expect(missing(address, "Enter a valid email address.", "This password contains your name.")).toStrictEqual([]);
    const short = await sent({ name: "Asha Mrema", email, password: "short" });
    expect(missing(short, TAKEN, "This password is too short.")).toStrictEqual([]);
    const easy = await sent({ name: "Asha Mrema", email, password: "hello mrema" });
    expect(missing(easy, TAKEN, "This password contains your name.")).toStrictEqual([]);
  });

  test("the same over the API", async () => {
    const { email } = await newUser();
    const body = { email, password: "Iloveyou", password_confirm: "Iloveyou", first_name: " ", last_name: "Mrema" };
    const { status, text } = await call("/api/auth/register/", { body });
    expect([status, JSON.parse(text)]).toStrictEqual([
      400,
      {
        first_name: ["This field may not be blank."],
        email: ["user with this email already exists."],
        password: ["This password is too common."],
      },
    ]);
  });

  test("a wrong current password and an easy new one, to who changes it", async () => {
    const user = await newUser();
    const fields = { currentPassword: "wrong", newPassword: "Iloveyou" };
    const { text } = await said(sendPlainForm(`${shared().url}/settings`, fields, await own(user), "Change password"));
    expect(missing(text, "This is not your current password.", "This password is too common.")).toStrictEqual([]);
  });
});

test("A password that was set before there were rules goes on signing in", async () => {
  const user = await newUser();
  const { hashPassword } = await import("better-auth/crypto");
  await query("UPDATE accounts SET password = $2 WHERE user_id = $1", [user.id, await hashPassword("password")]);
  expect((await call("/api/auth/login/", { body: { email: user.email, password: "password" } })).status).toBe(200);
});

describe("With HIBP on", () => {
  let service: http.Server;
  let server: TestServer;
  const asked: [string | undefined, unknown][] = [];
  let status = 200;
  const KNOWN = "correct horse battery";
  const digest = createHash("sha1").update(KNOWN).digest("hex").toUpperCase();

  beforeAll(async () => {
    service = http.createServer(({ url, headers }, response) => {
      asked.push([url, headers["add-padding"]]);
      response.writeHead(status, { "Content-Type": "text/plain" });
      const padding = `${createHash("sha1").update("an entirely new one").digest("hex").slice(5).toUpperCase()}:0`;
      response.end([`${"0".repeat(35)}:3`, `${digest.slice(5)}:87`, padding].join("\r\n"));
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const { port } = service.address() as AddressInfo;
    // The service's address is no setting: the server's own fetch is led to the stand-in.
    const detour = `const real = fetch; globalThis.fetch = (to, how) => real(String(to).replace("https://api.pwnedpasswords.com", "http://127.0.0.1:${port}"), how);`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(detour)}`;
    server = await startServer({ ...shared().settings, APP_URL: shared().url, HIBP: "on", NODE_OPTIONS });
  });
  afterAll(async () => {
    await server.stop("SIGKILL");
    await new Promise((resolve) => service.close(resolve));
  });

  test("a password that is known from a breach is refused, and the service learns five digits of its hash", async () => {
    for (const [, field, send] of DOORS.slice(0, 3)) {
      const refused = await send(await newUser(), KNOWN, server.url);
      expect([refused.status, JSON.parse(refused.text)]).toStrictEqual([
        400,
        { [field ?? ""]: ["This password is known from a data breach. Choose another one."] },
      ]);
    }
    expect(asked).toStrictEqual(Array(3).fill([`/range/${digest.slice(0, 5)}`, "true"]));
    const [, , change] = DOORS[1] ?? DOORS[0] ?? [];
    expect((await change?.(await newUser(), "an entirely new one", server.url))?.status).toBe(200);
  });

  test("nobody is kept from a password where the service fails, and the log says so", async () => {
    status = 503;
    const [, , register] = DOORS[0] ?? [];
    expect((await register?.(await newUser(), KNOWN, server.url))?.status).toBe(201);
    expect(server.output()).toContain("Have I Been Pwned could not be asked");
    expect(server.output()).not.toContain(digest.slice(0, 5));
  });
});
