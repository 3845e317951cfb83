import type { Browser, Page } from "@playwright/test";
import { query } from "../support/client";
import { newUser } from "../support/people";
import { expect, expectAccessible, expectNoSidewaysScrolling, test } from "./fixtures";
import { fillSignIn, type Person, signInTo, untilHydrated } from "./people";

async function auditOf(userId: string): Promise<string[]> {
  const text = "SELECT action FROM audit_entries WHERE target_id = $1 AND actor_id::text = $1 ORDER BY id";
  return (await query<{ action: string }>(text, [userId])).map(({ action }) => action);
}

/** The same person in another browser. */
async function elsewhere(browser: Browser, baseURL: string | undefined, person: Person): Promise<Page> {
  const page = await (await browser.newContext({ baseURL })).newPage();
  await signInTo(page, "/settings", person);
  return page;
}

const section = (page: Page, name: string) => page.getByRole("region", { name });

test.describe("In the settings a person", () => {
  test("can change name, phone number and time zone, and is told next to the field what is wrong", async ({ page }) => {
    const person = await newUser();
    await signInTo(page, "/settings", person);
    const profile = section(page, "Profile");
    await expect(profile.getByLabel("First name")).toHaveValue("Asha");
    await expect(profile.getByLabel("Time zone")).toHaveValue("UTC");
    await profile.getByLabel("First name").fill("Amina");
    await profile.getByLabel("Phone number").fill("call me");
    await profile.getByLabel("Time zone").selectOption("Africa/Dar_es_Salaam");
    await profile.getByRole("button", { name: "Save profile" }).click();
    await expect(profile.getByLabel("Phone number")).toHaveAccessibleDescription("Enter a valid phone number.");
    await expect(profile.getByLabel("First name")).toHaveValue("Amina");
    await expect(profile.getByLabel("Phone number")).toHaveValue("call me");
    await expect(profile.getByLabel("Time zone")).toHaveValue("Africa/Dar_es_Salaam");

    await profile.getByLabel("Phone number").fill("+255 700 000 001");
    await profile.getByRole("button", { name: "Save profile" }).click();
    await expect(profile.getByRole("status")).toHaveText("Your profile is saved.");
    await expect(profile.getByLabel("Time zone")).toHaveValue("Africa/Dar_es_Salaam");
    await expect(page.getByText(/^Times are in /)).toHaveText("Times are in Africa/Dar es Salaam (UTC+3). Change the time zone");
    await page.reload();
    await expect(profile.getByLabel("First name")).toHaveValue("Amina");
    await expect(profile.getByLabel("Phone number")).toHaveValue("+255 700 000 001");
    expect(await auditOf(person.id)).toContain("user.profile_updated");
  });

  test("can change the password, which signs out everywhere else", async ({ page, browser, baseURL }) => {
    const person = await newUser();
    const other = await elsewhere(browser, baseURL, person);
    await signInTo(page, "/settings", person);
    const form = section(page, "Password");
    await form.getByLabel("Current password", { exact: true }).fill("not it");
    await form.getByLabel("New password", { exact: true }).fill("another long one");
    await form.getByRole("button", { name: "Change password" }).click();
    await expect(form.getByLabel("Current password", { exact: true })).toHaveAccessibleDescription(
      "This is not your current password.",
    );
    await expect(form.getByLabel("New password", { exact: true })).toHaveValue("another long one");

    await form.getByLabel("Current password", { exact: true }).fill(person.password);
    await form.getByLabel("New password", { exact: true }).fill("short");
    await form.getByRole("button", { name: "Change password" }).click();
    await expect(form.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(/too short/);

    await form.getByLabel("Current password", { exact: true }).fill(person.password);
    await form.getByLabel("New password", { exact: true }).fill("another long one");
    await form.getByRole("button", { name: "Change password" }).click();
    // The sign-in over the API when the account was made, and the other browser.
    await expect(form.getByRole("status")).toHaveText("Your password is changed. 2 other sessions were signed out.");
    await expect(section(page, "Sessions").getByRole("status")).toHaveText("You are signed in here only.");
    await page.reload();
    await expect(page).toHaveURL("/settings");

    await other.reload();
    await expect(other).toHaveURL("/sign-in?next=%2Fsettings");
    await fillSignIn(other, person);
    await expect(other.getByRole("main").getByRole("alert")).toHaveText("The e-mail address or the password is wrong.");
    await fillSignIn(other, { email: person.email, password: "another long one" });
    await expect(other).toHaveURL("/settings");
    expect(await auditOf(person.id)).toContain("user.password_changed");
    await other.context().close();
  });

  test("sees where the account is signed in, and can sign out there", async ({ page, browser, baseURL }) => {
    const person = await newUser();
    const other = await elsewhere(browser, baseURL, person);
    await signInTo(page, "/settings", person);
    const sessions = section(page, "Sessions");
    await expect(sessions.getByRole("status")).toHaveText("You are signed in 3 times.");
    const rows = sessions.getByRole("listitem");
    await expect(rows.nth(0)).toContainText("Chrome on Linux");
    await expect(rows.nth(0)).toContainText("This browser");
    await expect(rows.nth(0).getByRole("button")).toHaveCount(0);
    await expect(rows.nth(1)).toContainText("Chrome on Linux");
    await expect(rows.nth(2)).toContainText("An app or script");

    await rows.nth(1).getByRole("button", { name: "Sign out Chrome on Linux" }).click();
    await expect(rows).toHaveCount(2);
    await expect(sessions.getByRole("status")).toHaveText("You are signed in 2 times.");
    await expect(sessions.getByRole("status")).toBeFocused();
    await other.reload();
    await expect(other).toHaveURL("/sign-in?next=%2Fsettings");

    await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
    await expect(sessions.getByRole("status").filter({ hasText: "One other session was signed out." })).toBeFocused();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText("This browser");
    expect(await auditOf(person.id)).toContain("user.sessions_ended");
    await expectAccessible(page);
    await other.context().close();
  });

  test("never receives a session's token, and cannot end someone else's session", async ({ page, context, browser, baseURL }) => {
    const [person, stranger] = [await newUser(), await newUser()];
    const strangers = await elsewhere(browser, baseURL, stranger);
    const strangersSession = await strangers.locator("input[name=session]").inputValue();
    await signInTo(page, "/settings", person);
    const html = await (await page.request.get("/settings")).text();
    const [cookie] = await context.cookies();
    const token = decodeURIComponent(cookie?.value ?? "").split(".")[0] ?? "";
    expect(token).toHaveLength(32);
    expect(html).not.toContain(token);

    await page.locator("input[name=session]").evaluate((input: HTMLInputElement, id) => {
      input.value = id;
    }, strangersSession);
    await section(page, "Sessions").getByRole("button", { name: "Sign out An app or script" }).click();
    await expect(section(page, "Sessions").getByRole("status")).toHaveText("You are signed in 2 times.");
    await strangers.reload();
    await expect(section(strangers, "Sessions").getByRole("status")).toHaveText("You are signed in 2 times.");
    await strangers.context().close();
  });

  test("can copy the id of the API account", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await signInTo(page, "/settings", await newUser());
    await page.getByRole("button", { name: "Copy API account id" }).click();
    await expect(page.getByRole("button", { name: "Copied API account id" })).toBeVisible();
    const id = await page.evaluate(() => navigator.clipboard.readText());
    expect(id).toBe(await section(page, "API account").getByRole("code").innerText());
    expect(id).not.toBe("");
  });

  test("whose session ended meanwhile signs in in another tab and goes on, with nothing half done", async ({ page, context }) => {
    const person = await newUser();
    await signInTo(page, "/settings", person);
    await untilHydrated(page);
    await context.clearCookies();
    await page.getByLabel("First name").fill("Amina");
    await page.getByRole("button", { name: "Save profile" }).click();
    await expect(page.getByText("You are no longer signed in, so nothing was done.")).toBeVisible();
    const opened = page.waitForEvent("popup");
    await page.getByRole("link", { name: "Sign in in another tab" }).click();
    const tab = await opened;
    await fillSignIn(tab, person);
    await expect(tab).toHaveURL("/keys");
    expect(await query("SELECT first_name FROM users WHERE id = $1", [person.id])).toStrictEqual([{ first_name: "Asha" }]);
    await page.getByRole("button", { name: "Save profile" }).click();
    await expect(page.getByText("Your profile is saved.")).toBeVisible();
    expect(await query("SELECT first_name FROM users WHERE id = $1", [person.id])).toStrictEqual([{ first_name: "Amina" }]);
  });

  test("meets no accessibility problem and no sideways scrolling", async ({ page }) => {
    await signInTo(page, "/settings", await newUser());
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.locator("[aria-invalid=true]")).toHaveCount(1);
    await expectAccessible(page);
    for (const width of [360, 3840]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScrolling(page);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await expectAccessible(page);
  });
});

test.describe("Without JavaScript a person", () => {
  test.use({ javaScriptEnabled: false });

  test("can change the profile, the password and the sessions too", async ({ page }) => {
    const person = await newUser();
    await signInTo(page, "/settings", person);
    await page.getByLabel("First name").fill("Amina");
    await page.getByRole("button", { name: "Save profile" }).click();
    await expect(page.getByText("Your profile is saved.")).toBeVisible();
    await expect(page.getByLabel("First name")).toHaveValue("Amina");
    await page.getByRole("button", { name: "Sign out An app or script" }).click();
    await expect(section(page, "Sessions")).toContainText("You are signed in here only.");
    await page.getByLabel("Current password", { exact: true }).fill(person.password);
    await page.getByLabel("New password", { exact: true }).fill("another long one");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password is changed. You were signed in nowhere else.")).toBeVisible();
  });
});
