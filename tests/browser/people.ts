import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { randomEmail } from "./fixtures";

export type Person = { id: string; email: string; password: string };

/** Someone who registered over the API, so that pages can be tested that are not about signing up. */
export async function newPerson(url: string): Promise<Person> {
  const email = randomEmail();
  const password = `pw-${randomBytes(9).toString("base64url")}`;
  const response = await fetch(`${url}/api/auth/register/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" }),
  });
  if (response.status !== 201) throw new Error(`registration answered ${response.status}: ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  return { id: user.id, email, password };
}

/** Fills in the sign-in page that is open and sends it. */
export async function fillSignIn(page: Page, { email, password }: Pick<Person, "email" | "password">): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in through the pages and ends at `path`. */
export async function signInTo(page: Page, path: string, person: Person): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await fillSignIn(page, person);
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
