import { describe, expect, test } from "vitest";
import { freePort } from "../../scripts/ports";
import { call, randomAddress, randomEmail, shared } from "../support/client";
import { newUser, sessionCookieName, signInByCookie } from "../support/people";
import { sendPlainForm } from "../support/plain-form";
import { randomSecret, startServer, type TestServer, until } from "../support/server";

const UNSENT = "is not set: this mail was not sent. For a link to a new password: npm run admin -- reset-password EMAIL";

type Person = { email: string; password: string; first_name: string; last_name: string };

const people: Person[] = [];
function newPerson(): Person {
  const [password, first, last] = [randomSecret(), randomSecret().slice(0, 8), randomSecret().slice(0, 8)];
  const person = { email: randomEmail(), password, first_name: `Asha${first}`, last_name: `Mrema${last}` };
  people.push(person);
  return person;
}

/** Whatever in the log would tell of a person, or let somebody in. */
function told(server: TestServer): string[] {
  const values = people.flatMap(({ email, ...others }) => [email, email.split("@")[0] ?? "", ...Object.values(others)]);
  return [...values, "token=", "/verify-email?"].filter((value) => server.output().includes(value));
}

const unsent = (server: TestServer, missing: string) => server.output().split(`${missing} ${UNSENT}`).length - 1;

/** Everything that sends a mail, and what goes wrong beside it. */
async function sendMails(server: TestServer, address = server.url): Promise<void> {
  const [byApi, byForm] = [newPerson(), newPerson()];
  const register = { ...byApi, password_confirm: byApi.password };
  await call("/api/auth/register/", { body: register }, server.url);
  await call("/api/auth/register/", { body: register }, server.url);
  // From addresses of their own, or they would be throttled with whatever else this machine sends.
  const from = () => ({ "X-Forwarded-For": randomAddress() });
  await sendPlainForm(`${server.url}/sign-up`, { ...byForm, name: `${byForm.first_name} ${byForm.last_name}` }, from());
  for (const { email } of [byApi, newPerson()]) await sendPlainForm(`${server.url}/forgot-password`, { email }, from());
  const cookie = await signInByCookie(byApi, { address }).catch(() => `${sessionCookieName(address)}=none.none`);
  await sendPlainForm(`${server.url}/settings`, {}, { ...from(), Cookie: cookie }, "Send a link");
  const link = `https://evil.example/?email=${byApi.email}&token=${byApi.password}`;
  const { email, password } = byApi;
  for (const body of [
    { email, password, callbackURL: link },
    { email, password: "wrong" },
    { email: link, password },
  ])
    await call("/api/auth/sign-in/email", { body }, server.url);
  await call("/api/auth/login/", { body: { email, password: "wrong" } }, server.url);
  await fetch(`${server.url}/reset-password?token=${byApi.password}&next=${encodeURIComponent(link)}`, {
    headers: { Referer: link },
  });
}

describe("No line of the log tells of a person or holds a link", () => {
  test.each<[string, Record<string, string>, string]>([
    ["without a mail server", { APP_URL: "https://keys.example.com" }, "SMTP_URL"],
    ["without an address for links in mails", { SMTP_URL: "smtp://127.0.0.1:9" }, "APP_URL"],
    ["where people come from elsewhere, and nothing is set", { LOG_LEVEL: "warn" }, "SMTP_URL"],
  ])("%s", async (_, settings, missing) => {
    const server = await startServer({ ...shared().settings, ...settings });
    try {
      await sendMails(server, settings.APP_URL);
      await until(() => unsent(server, missing) >= 4, "a line for each mail");
      expect(told(server)).toStrictEqual([]);
      expect(unsent(server, missing)).toBe(4);
      // At `warn` requests are no lines.
      expect(server.output().includes('"method":"POST"')).toBe(settings.LOG_LEVEL === undefined);
      const page = await (await fetch(`${server.url}/forgot-password`)).text();
      expect(page).toContain("This server sends no mail. Whoever runs it can give you a link");
    } finally {
      await server.stop("SIGKILL");
    }
  });

  test("with a mail server that does not answer", async () => {
    const settings = { SMTP_URL: "smtp://127.0.0.1:9", APP_URL: "https://keys.example.com" };
    const server = await startServer({ ...shared().settings, ...settings });
    try {
      await sendMails(server, settings.APP_URL);
      await until(() => server.output().split("a mail could not be sent").length > 4, "a line for each mail");
      expect(told(server)).toStrictEqual([]);
    } finally {
      await server.stop("SIGKILL");
    }
  });

  test("with a database that does not answer", async () => {
    const DATABASE_URL = `postgresql://nobody:${randomSecret()}@127.0.0.1:${await freePort()}/latchkey`;
    const server = await startServer({ ...shared().settings, DATABASE_URL });
    try {
      await sendMails(server);
      await until(() => server.output().includes("TEMPORARILY_UNAVAILABLE"), "its lines");
      // A page that fails is Next's to tell of.
      const page = await fetch(`${server.url}/keys`, {
        headers: { Cookie: await signInByCookie(await newUser(), { address: server.url }) },
      });
      expect(page.status).toBe(500);
      const [, code] = /"digest\\?":\\?"(\d+)/.exec(await page.text()) ?? [];
      await until(() => server.output().includes(`"digest":"${code}"`), "its line");
      expect(server.output()).not.toMatch(/^ {4}at /m);
      expect(told(server)).toStrictEqual([]);
    } finally {
      await server.stop("SIGKILL");
    }
  });
});
