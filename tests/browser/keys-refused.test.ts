import type { Page } from "@playwright/test";
import { query } from "../support/client";
import { newUser } from "../support/people";
import { expect, expectAccessible } from "./fixtures";
import { openAccountMenu, signIn } from "./people";
import { test } from "./signed-in";

const dialog = (page: Page) => page.getByRole("dialog");
const send = (page: Page) => dialog(page).getByRole("button", { name: "Create key" }).click();

async function typeName(page: Page, name: string): Promise<void> {
  await page.goto("/keys");
  await page.getByRole("button", { name: "Create key" }).click();
  await dialog(page).getByLabel("Name").fill(name);
}

const namesOf = ({ id }: { id: string }) => query("SELECT name FROM api_keys WHERE user_id = $1", [id]);

test.describe("Where a form is not answered a person", () => {
  test.use({ expectedProblems: /Failed to load resource: the server responded with a status of (4|5)\d\d/ });

  test("is told why, keeps what was typed, and takes it along into a new version of the portal", async ({ page, person }) => {
    await typeName(page, "Kept");
    for (const [status, sentence] of [
      [403, "refused this page as that of another site"],
      [413, "more than the server takes"],
      [429, "too often"],
      [503, "too busy just now, or being restarted"],
    ] as const) {
      await page.route("/keys", (route) =>
        route.request().method() === "POST"
          ? route.fulfill({ status, contentType: "text/html", body: "<h1>refused</h1>" })
          : route.continue(),
      );
      await send(page);
      await expect(dialog(page).getByRole("alert")).toContainText(sentence);
      await expect(dialog(page).getByLabel("Name")).toHaveValue("Kept");
      await page.unroute("/keys");
    }
    await dialog(page).getByText("Custom", { exact: true }).click();
    await dialog(page).getByLabel("Custom permissions").fill("sms:send");
    // As the server of another build answers: it does not know the action.
    await page.route("/keys", (route) =>
      route.request().method() === "POST"
        ? route.continue({ headers: { ...route.request().headers(), "next-action": `60${"ab".repeat(20)}` } })
        : route.continue(),
    );
    await send(page);
    await expect(dialog(page).getByRole("alert")).toContainText("The portal was updated since this page was loaded");
    await expectAccessible(page);
    await dialog(page).getByRole("link", { name: "Load the new version" }).click();
    await expect(page).toHaveURL("/keys/new");
    await expect(page.getByLabel("Name")).toHaveValue("Kept");
    await expect(page.getByLabel("Custom permissions")).toHaveValue("sms:send");
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your key");
    expect(await namesOf(person)).toStrictEqual([{ name: "Kept" }]);
  });
});

test("Signed out in the middle of a dialog a person signs in in another tab, comes back and goes on", async ({
  page,
  person,
}) => {
  await typeName(page, "Interrupted");
  await query("DELETE FROM sessions WHERE user_id = $1", [person.id]);
  await send(page);
  await expect(dialog(page).getByRole("alert")).toContainText("You are no longer signed in, so nothing was done.");
  const opened = page.waitForEvent("popup");
  await dialog(page).getByRole("link", { name: "Sign in in another tab" }).click();
  const tab = await opened;
  await expect(tab).toHaveURL("/sign-in");
  await signIn(tab, person);
  await tab.close();
  await send(page);
  await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
  expect(await namesOf(person)).toStrictEqual([{ name: "Interrupted" }]);
});

test("A form that was made for one account does nothing in another one's", async ({ page, person, makeKey }) => {
  await makeKey({ key_name: "Of the first" });
  await typeName(page, "Whose?");
  const other = await newUser();
  await signIn(page, other);
  await send(page);
  const alert = dialog(page).getByRole("alert");
  await expect(alert).toContainText("This page was made for another account, so nothing was done.");
  await expect(alert).toContainText(other.email);
  expect([await namesOf(other), await namesOf(person)]).toStrictEqual([[], [{ name: "Of the first" }]]);
  // The page itself is loaded anew, whoever it was made for.
  await alert.getByRole("link", { name: "Load the portal again" }).click();
  await page.goto("/keys");
  await expect(page.getByText(other.email).first()).toBeAttached();
});

test("Who comes without a session reads why: it has ended, or the browser keeps no cookies", async ({ page, person }) => {
  await page.goto("/keys");
  await page.context().clearCookies();
  await page.getByRole("link", { name: "Usage" }).click();
  await expect(page.getByText("this browser keeps no cookies of the portal")).toBeVisible();
  await expectAccessible(page);
  await signIn(page, person);
  await query("DELETE FROM sessions WHERE user_id = $1", [person.id]);
  await page.goto("/keys");
  await expect(page.getByText("Your session has ended.")).toBeVisible();
  await page.context().clearCookies();
  await page.goto("/sign-in?next=%2Fsettings");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText(/session has ended|keeps no cookies/)).toHaveCount(0);
});

test.describe("From a page of an earlier version a person", () => {
  test.use({ expectedProblems: /Failed to load resource: the server responded with a status of 404/ });

  test("chooses colours, is told that they are not kept, loses nothing, and can sign out", async ({ page, person }) => {
    await page.goto("/keys/new");
    await page.getByLabel("Name").fill("Kept");
    // No action of that build is known any more.
    await page.route("**/*", (route) =>
      route.request().headers()["next-action"] ? route.fulfill({ status: 404, body: "" }) : route.continue(),
    );
    await openAccountMenu(page);
    await page.getByRole("button", { name: "Dark" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Shown here, but not kept." })).toBeVisible();
    await expect(page.getByLabel("Name")).toHaveValue("Kept");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL("/sign-in");
    expect(await query("SELECT id FROM sessions WHERE user_id = $1", [person.id])).toHaveLength(1);
    await page.goto("/keys");
    await expect(page).toHaveURL(/\/sign-in\?next=/);
  });
});
