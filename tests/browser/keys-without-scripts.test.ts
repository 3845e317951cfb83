import type { Page } from "@playwright/test";
import { query, verifyCode } from "../support/client";
import { expect, expectAccessible } from "./fixtures";
import { test } from "./signed-in";

const SHOWN = /mf_live_[0-9A-Za-z]{38}/;
const shownKey = async (page: Page) => SHOWN.exec(await page.getByRole("figure").first().innerText())?.[0] ?? "";

test.describe("Without JavaScript a person", () => {
  test.use({ javaScriptEnabled: false });

  test("makes, regenerates, pauses and revokes a key, and a reload shows no credential again", async ({ page, person }) => {
    await page.goto("/keys");
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/^Give the key a name\./);
    await page.getByLabel("Name").fill("By hand");
    await page.getByText("Custom", { exact: true }).click();
    await page.getByLabel("Custom permissions").fill("sms:send");
    await page.getByText("30 days", { exact: true }).click();
    const answer = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: "Create key" }).click();
    const { status, cacheControl } = await answer.then((made) => ({
      status: made.status(),
      cacheControl: made.headers()["cache-control"],
    }));
    expect([status, cacheControl]).toStrictEqual([200, expect.stringContaining("no-store")]);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your key");
    // Nobody waits for anything here, and no tab could be opened.
    await expect(page.getByText("Waiting for the first call")).toBeHidden();
    await expect(page.getByRole("tab")).toHaveCount(0);
    const made = await shownKey(page);
    expect(page.url()).not.toContain(made.slice(8));
    expect(await verifyCode(made)).toBe("VALID");
    expect(
      await query(
        `SELECT uuid, permissions, round(extract(epoch FROM expires_at - created_at) / 86400) AS days FROM api_keys WHERE user_id = $1`,
        [person.id],
      ),
    ).toStrictEqual([{ uuid: expect.any(String), permissions: { sms: ["send"] }, days: "30" }]);

    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("“By hand” is there already");
    await expect(page.getByText(SHOWN)).toHaveCount(0);
    await page.getByRole("link", { name: "Regenerate it" }).click();
    await page.getByText("Not at all", { exact: true }).click();
    await page.getByRole("button", { name: "Regenerate key" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your key");
    const fresh = await shownKey(page);
    expect([await verifyCode(made), await verifyCode(fresh)]).toStrictEqual(["NOT_FOUND", "VALID"]);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("“By hand” is there already");
    expect(await verifyCode(fresh)).toBe("VALID");

    await page.goto("/keys");
    await expect(page.getByRole("row", { name: /By hand/ })).toBeVisible();
    // What only a script could do something with is not there.
    await expect(page.getByRole("checkbox")).toHaveCount(0);
    for (const [item, button, code] of [
      ["Disable…", "Disable key", "DISABLED"],
      ["Enable…", "Enable key", "VALID"],
    ] as const) {
      await page.goto("/keys");
      await page.getByRole("button", { name: "Actions for By hand" }).click();
      await page.getByRole("menuitem", { name: item }).click();
      await page.getByRole("button", { name: button }).click();
      await expect(page).toHaveURL(/\/keys\/[0-9a-f-]{36}$/);
      expect(await verifyCode(fresh)).toBe(code);
    }

    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByRole("checkbox")).toHaveAccessibleDescription("Tick this first.");
    expect(await verifyCode(fresh)).toBe("VALID");
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await expect(page).toHaveURL(/\/keys\/[0-9a-f-]{36}$/);
    await expect(page.getByText("Revoked", { exact: true }).first()).toBeVisible();
    expect(await verifyCode(fresh)).toBe("REVOKED");

    await page.goto("/keys/new");
    await query("DELETE FROM sessions WHERE user_id = $1", [person.id]);
    await page.getByLabel("Name").fill("Too late");
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page).toHaveURL("/sign-in?next=%2Fkeys%2Fnew");
    await expect(page.getByText("Your session has ended.")).toBeVisible();
  });

  test("who is staff finds and reads, and is told that changes need it", async ({ page, person }) => {
    await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
    await page.goto("/admin/keys");
    await page.getByRole("searchbox", { name: /^Find anything/ }).fill(person.email);
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(person.email);
    await expect(page.getByText("What changes something needs it.")).toBeVisible();
  });
});

test("Before the scripts are there a person can press Create and type; when they come, nothing is lost", async ({
  page,
  person: _person,
}) => {
  let come = () => {};
  const coming = new Promise<void>((resolve) => (come = resolve));
  await page.route("**/_next/static/**/*.js", async (route) => {
    await coming;
    await route.continue();
  });
  await page.goto("/keys", { waitUntil: "commit" });
  await page.getByRole("button", { name: "Create key" }).click();
  await page.waitForURL(/\/keys\/new/, { waitUntil: "commit" });
  await page.getByLabel("Name").fill("In a hurry");
  await page.getByText("Custom", { exact: true }).click();
  await page.getByLabel("Custom permissions").fill("sms:send");
  await page.getByText("A date", { exact: true }).click();
  await page.getByLabel("Last day").fill("2099-05-31");
  come();
  // What is only written by a script.
  await expect(page.locator("input[name=expires_at]")).toHaveValue("2099-05-31T21:00:00.000Z");
  await expect(page.getByLabel("Name")).toHaveValue("In a hurry");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your key");
  await expect(page.getByText(SHOWN)).toHaveCount(0);
  // Nobody leaves by a link of the page either, before both are copied.
  await page.getByRole("link", { name: "Usage" }).click();
  const question = page.getByRole("alertdialog", { name: "You will not see this key again" });
  await expect(question).toContainText("The key and the secret were not copied.");
  await question.getByRole("button", { name: "Close anyway" }).click();
  await expect(page).toHaveURL("/keys");
  await expect(page.getByRole("rowheader")).toContainText("In a hurry");
});
