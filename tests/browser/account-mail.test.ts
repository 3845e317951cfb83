import type { Page } from "@playwright/test";
import { freePort } from "../../scripts/ports";
import { newKey, query, randomEmail, verifyCode } from "../support/client";
import { newMailedToken, newUser, registerOverHttp } from "../support/people";
import { shared } from "../support/portal";
import { startServer, type TestServer } from "../support/server";
import { type MailServer, startMailServer } from "../support/smtp";
import { test as base, expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { fillSignIn, signInTo } from "./people";

type Fixtures = {
  mailbox: MailServer;
  /** Another portal's settings, besides those of the shared one, whose database it uses. */
  mailSettings: Record<string, string> | null;
  portal: TestServer;
};

type WorkerFixtures = { mailing: { mailbox: MailServer; portal: TestServer } };

/** It knows its address: what is mailed leads there. */
async function portalWith(settings: Record<string, string>): Promise<TestServer> {
  const port = await freePort();
  return startServer({ ...shared().settings, PORT: String(port), APP_URL: `http://localhost:${port}`, ...settings });
}

/** A portal that mails to a mail server of this file's own. */
const test = base.extend<Fixtures, WorkerFixtures>({
  mailing: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
    async ({}, use) => {
      const mailbox = await startMailServer();
      const portal = await portalWith({ SMTP_URL: mailbox.url, MAIL_FROM: "Latchkey <keys@example.com>" });
      await use({ mailbox, portal });
      await portal.stop("SIGKILL");
      await mailbox.stop();
    },
    { scope: "worker" },
  ],
  mailbox: ({ mailing }, use) => use(mailing.mailbox),
  mailSettings: [null, { option: true }],
  portal: async ({ mailing, mailSettings }, use) => {
    if (!mailSettings) return use(mailing.portal);
    const own = await portalWith(mailSettings);
    await use(own);
    await own.stop("SIGKILL");
  },
  baseURL: ({ portal }, use) => use(portal.url),
});

const linkIn = (text: string): string => /http:\/\/localhost:\d+\/\S+/.exec(text)?.[0] ?? "no link";
const dead = (page: Page) => page.getByRole("heading", { name: "This link no longer works" });
const alert = (page: Page) => page.getByRole("main").getByRole("alert");

async function askForLink(page: Page, email: string): Promise<void> {
  await page.goto("/forgot-password");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
}

const SENT = "If there is an account with this address, a link is on its way to it. The link works once, for one hour.";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "With JavaScript a person" : "Without JavaScript a person", () => {
    test.use({ javaScriptEnabled });

    test("who forgot the password gets a link by mail and chooses another, which ends every session", async ({
      page,
      portal,
      mailbox,
    }) => {
      const person = await newUser();
      await signInTo(page, "/settings", person, portal.url);
      // The way back is kept all along: it was /keys that they wanted to see.
      await page.context().clearCookies();
      await page.goto("/keys?status=active");
      await page.getByRole("link", { name: "Forgot your password?" }).click();
      // The page before has a field of the same name.
      await expect(page).toHaveTitle("Forgot password · Latchkey");
      await page.getByLabel("E-mail address").fill(person.email);
      await page.getByRole("button", { name: "Send the link" }).click();
      await expect(page.getByRole("status")).toHaveText(SENT);
      const mail = await mailbox.newestTo(person.email);
      expect([mail.from, mail.subject]).toStrictEqual(["Latchkey <keys@example.com>", "Choose a new password"]);
      const link = linkIn(mail.text);
      expect(link.split("=")[0]).toBe(`${portal.url}/reset-password?token`);

      await page.goto(link);
      await expect(page).toHaveTitle("Choose a new password · Latchkey");
      await page.getByLabel("New password", { exact: true }).fill("short");
      await page.getByRole("button", { name: "Set password" }).click();
      await expect(page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(/^This password is too short/);
      await page.getByLabel("New password", { exact: true }).fill("a new long one");
      await page.getByRole("button", { name: "Set password" }).click();
      // The session of before is over, so the sign-in page stays.
      await expect(page).toHaveURL("/sign-in?done=reset&next=%2Fkeys%3Fstatus%3Dactive");
      await expect(page.getByText("Your new password is set. Sign in with it.")).toBeVisible();
      expect(await query("SELECT 1 FROM sessions WHERE user_id = $1", [person.id])).toStrictEqual([]);
      await fillSignIn(page, person);
      await expect(alert(page)).toHaveText("The e-mail address or the password is wrong.");
      await fillSignIn(page, { email: person.email, password: "a new long one" });
      await expect(page).toHaveURL("/keys?status=active");

      // Nobody types another password for nothing.
      await page.goto(link);
      await expect(dead(page)).toBeVisible();
      await expect(page.getByLabel("New password", { exact: true })).toHaveCount(0);
      const audit = await query("SELECT actor_id, after FROM audit_entries WHERE action = $1 AND target_id = $2", [
        "user.password_reset",
        person.id,
      ]);
      // The registration's session and the browser's.
      expect(audit).toStrictEqual([{ actor_id: person.id, after: { sessions_ended: 2 } }]);
    });

    test("who did not sign up opens the link, says so and has the account", async ({ page }) => {
      const stranger = await newUser();
      const key = await newKey(stranger);
      const password = page.getByLabel("Your new password", { exact: true });
      await page.goto(`/verify-email?token=${await newMailedToken("verify-email", stranger)}`);
      await expect(page.getByRole("main")).toContainText(stranger.email);
      for (const answer of await page.getByRole("radio").all()) await expect(answer).not.toBeChecked();
      await expect(password).toBeHidden();
      await page.getByRole("button", { name: "Confirm" }).click();
      await expect(page.getByRole("main")).toContainText("Choose one of the two.");
      await page.getByRole("radio", { name: "I did not make it" }).check();
      await password.fill("Password");
      await page.getByRole("button", { name: "Confirm" }).click();
      await expect(password).toHaveAccessibleDescription("This password is too common.");
      await password.fill("of whose address it is");
      await page.getByRole("button", { name: "Confirm" }).click();
      await expect(page.getByRole("heading", { name: "This account is yours now" })).toBeVisible();
      expect(await verifyCode(key.api_key)).toBe("REVOKED");
      await page.getByRole("link", { name: "Go to the keys" }).click();
      await expect(page).toHaveURL("/keys");
    });

    test("who signed up confirms the address with the link that came by mail", async ({ page, mailbox }) => {
      const email = randomEmail();
      await page.goto("/sign-up?next=%2Fsettings");
      await page.getByLabel("Name").fill("Neema Juma");
      await page.getByLabel("E-mail address").fill(email);
      await page.getByLabel("Password", { exact: true }).fill("a long sentence");
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page).toHaveURL("/settings");
      const address = page.getByRole("region", { name: "E-mail address" });
      await expect(address).toContainText("Not confirmed");
      const first = linkIn((await mailbox.newestTo(email)).text);

      await address.getByRole("button", { name: "Send a link to confirm it" }).click();
      await expect(address.getByRole("status")).toHaveText(`A link is on its way to ${email}. It works once, for one day.`);
      const second = linkIn((await mailbox.newestTo(email, 2)).text);

      // A newer link takes the older one's place, and looking at a link does not use it up.
      await page.goto(second);
      await page.goto(first);
      await expect(dead(page)).toBeVisible();
      await page.goto(second);
      await expect(page).toHaveTitle("Confirm your e-mail address · Latchkey");
      await page.getByRole("button", { name: "Confirm" }).click();
      await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
      await page.context().clearCookies();
      await page.goto(second);
      await expect(page.getByRole("heading", { name: "Your address is confirmed already" })).toBeVisible();
      await page.getByRole("link", { name: "Sign in" }).click();
      await fillSignIn(page, { email, password: "a long sentence" });
      await expect(page).toHaveURL("/keys");
      await page.goto("/settings");
      await expect(address.getByText("Confirmed", { exact: true })).toBeVisible();
      await expect(address.getByRole("button")).toHaveCount(0);
    });
  });
}

test("Whoever registers over the API is mailed a link that confirms the address", async ({ portal, mailbox }) => {
  const { email } = await registerOverHttp(portal.url);
  const mail = await mailbox.newestTo(email);
  expect(mail.subject).toBe("Confirm your e-mail address");
  expect(linkIn(mail.text).split("=")[0]).toBe(`${portal.url}/verify-email?token`);
});

test.describe("A link to a new password", () => {
  test("is stored as a hash, speaks for nothing else, and is refused after an hour", async ({ page, mailbox }) => {
    const person = await newUser();
    await askForLink(page, person.email);
    const token = new URL(linkIn((await mailbox.newestTo(person.email)).text)).searchParams.get("token") ?? "";
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    const rows = await query("SELECT * FROM verifications WHERE value = $1", [`reset-password ${person.id}`]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);

    await page.goto(`/verify-email?token=${token}&done=confirmed`);
    await expect(dead(page)).toBeVisible();

    const validFor = await query(
      "UPDATE verifications SET expires_at = expires_at - interval '1 hour' WHERE value = $1 RETURNING expires_at <= now() AS is_over",
      [`reset-password ${person.id}`],
    );
    expect(validFor).toStrictEqual([{ is_over: true }]);
    await page.goto(`/reset-password?token=${token}`);
    await expect(dead(page)).toBeVisible();
    await page.getByRole("link", { name: "Ask for a new one" }).click();
    await expect(page).toHaveURL("/forgot-password");
  });

  test("is promised to unknown addresses in the same words, but mailed to none", async ({ page, mailbox }) => {
    const person = await newUser();
    const unknown = randomEmail();
    await askForLink(page, unknown);
    await expect(page.getByRole("status")).toHaveText(SENT);
    await askForLink(page, person.email);
    await expect(page.getByRole("status")).toHaveText(SENT);
    await mailbox.newestTo(person.email);
    const asked = [unknown, person.email];
    expect(mailbox.mails.map(({ to }) => to).filter((to) => asked.includes(to))).toStrictEqual([person.email]);
  });

  test("does not lead off this site, whatever is written into its address", async ({ page, mailbox }) => {
    const person = await newUser();
    await page.goto("/forgot-password?next=%2F%2Fevil.example");
    await page.getByLabel("E-mail address").fill(person.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    const link = linkIn((await mailbox.newestTo(person.email)).text);
    expect([...new URL(link).searchParams.keys()]).toStrictEqual(["token"]);
    await page.goto(`${link}&next=https%3A%2F%2Fevil.example`);
    await page.getByLabel("New password", { exact: true }).fill("a new long one");
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page).toHaveURL("/sign-in?done=reset");
  });

  test("is mailed to one address three times in a quarter of an hour, whether or not there is an account", async ({ page }) => {
    const person = await newUser();
    for (const email of [person.email, randomEmail()]) {
      for (let request = 0; request < 3; request += 1) {
        await askForLink(page, email);
        await expect(page.getByRole("status")).toHaveText(SENT);
      }
      await askForLink(page, email.toUpperCase());
      await expect(alert(page)).toHaveText(
        /^Too many attempts\. Try again in \d+ seconds\. Too many mails were asked for: the link in the last one works\.$/,
      );
      await expect(page.getByLabel("E-mail address")).toHaveValue(email.toUpperCase());
    }
  });
});

test.describe("Where mail cannot be sent", () => {
  test.describe("because no mail server is set up", () => {
    test.use({ mailSettings: { SMTP_URL: "" } });

    test("the page says that the link is in the server's log, and that link works", async ({ page, portal }) => {
      const person = await newUser();
      await askForLink(page, person.email);
      await expect(page.getByRole("main")).toContainText("This server sends no mail: links are written to its log.");
      await expect(page.getByRole("status")).toHaveText(SENT.replace("on its way to it", "in the server’s log"));
      const entry = () =>
        portal
          .output()
          .split("\n")
          .find((line) => line.includes(person.email));
      await expect.poll(entry).toBeDefined();
      await page.goto(linkIn(JSON.parse(entry() ?? "{}").text));
      await page.getByLabel("New password", { exact: true }).fill("a new long one");
      await page.getByRole("button", { name: "Set password" }).click();
      await expect(page).toHaveURL("/sign-in?done=reset");
    });
  });

  test.describe("because the mail server does not answer", () => {
    // Nothing listens on the discard port.
    test.use({ mailSettings: { SMTP_URL: "smtp://127.0.0.1:9" } });

    test("the answer is the same, and the log says so without the link", async ({ page, portal }) => {
      const person = await newUser();
      await askForLink(page, person.email);
      await expect(page.getByRole("status")).toHaveText(SENT);
      await expect.poll(() => portal.output()).toContain("a mail could not be sent");
      expect(portal.output()).not.toContain("token=");
    });
  });
});

test("Whoever is asked who made an account meets no accessibility problem and no sideways scrolling", async ({ page }) => {
  const stranger = await newUser();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`/verify-email?token=${await newMailedToken("verify-email", stranger)}`);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("radiogroup")).toBeFocused();
  await page.getByRole("radio", { name: "I did not make it" }).check();
  await expectNoSidewaysScrolling(page);
  await expectAccessible(page);
  await page.getByRole("radio", { name: "I made this account" }).check();
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
  await expectNoSidewaysScrolling(page);
  await expectAccessible(page);
  for (const next of ["/reset-password?token=x", "/sign-in?done=reset&disabled=2&working=3"]) {
    await page.goto(next);
    await expectNoSidewaysScrolling(page);
    await expectAccessible(page);
  }
});

test.describe("On the pages about links a visitor", () => {
  test("meets no accessibility problem and no sideways scrolling", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ["/forgot-password", `/reset-password?token=${await newMailedToken("reset-password", await newUser())}`]) {
      await page.goto(path);
      await expectAccessible(page);
      await page.locator("main form button[type=submit]").click();
      await expect(page.locator("[aria-invalid=true], main [role=alert]").first()).toBeFocused();
      await expectNoSidewaysScrolling(page);
      await expectAccessible(page);
    }
  });
});
