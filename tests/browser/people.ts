import { expect, type Page } from "@playwright/test";
import { signInByCookie, type TestUser } from "../support/people";
import { shared } from "../support/portal";

export type Person = Pick<TestUser, "email" | "password">;

/** Fills in the sign-in page that is open and sends it. */
export async function fillSignIn(page: Page, { email, password }: Person): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Gives the browser a session of this person, without the pages that are in between. */
export async function signIn(page: Page, person: Person, address = shared().url): Promise<void> {
  const userAgent = await page.evaluate(() => navigator.userAgent);
  const [name = "", value = ""] = (await signInByCookie(person, { userAgent, address })).split("=", 2);
  await page.context().addCookies([{ name, value, url: address, httpOnly: true, sameSite: "Lax" }]);
}

/** Signs in and opens a page. */
export async function signInTo(page: Page, path: string, person: Person, address = shared().url): Promise<void> {
  await signIn(page, person, address);
  await page.goto(path);
  await page.waitForURL(path);
}

/** Waits until the page's scripts run: before that, a form is sent as a plain form, which is right but another path. */
export async function untilHydrated(page: Page): Promise<void> {
  const button = (name: RegExp) => page.getByRole("button", { name }).first();
  await expect(async () => {
    await button(/^(Show|Hide) .*password$/).click();
    await expect(button(/^Hide .*password$/)).toBeVisible({ timeout: 500 });
  }).toPass();
}

/** Where the settings, the colours and the way out are. */
export async function openAccountMenu(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your account" }).click();
}
