import type { Page } from "@playwright/test";
import { query, verifyCode } from "../support/client";
import { expect, expectAccessible, expectNoSidewaysScrolling, runInBash, tabTo } from "./fixtures";
import { test } from "./signed-in";

// Here as somebody sees it who has not asked for less motion.
test.use({ contextOptions: { reducedMotion: "no-preference" } });

const dialog = (page: Page) => page.getByRole("dialog");
const guard = (page: Page) => page.getByRole("alertdialog", { name: "You will not see this key again" });
const copyButton = (page: Page, what: string) => page.getByRole("button", { name: `Copy ${what}`, exact: true });

async function openForm(page: Page): Promise<void> {
  await page.goto("/keys");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(dialog(page).getByLabel("Name")).toBeFocused();
}

async function create(page: Page, name: string): Promise<void> {
  await openForm(page);
  await dialog(page).getByLabel("Name").fill(name);
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
}

/** Copies one credential and answers it. */
async function copy(page: Page, what: string): Promise<string> {
  await copyButton(page, what).click();
  await expect(page.getByRole("status").filter({ hasText: "Copied to the clipboard." }).first()).toBeAttached();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Until it is asked. In the moment after a guard has gone the dialog does not hear clicks outside of it: they were the guard's. */
async function clickOutside(page: Page): Promise<void> {
  await expect(async () => {
    await page.mouse.click(5, 5);
    await expect(guard(page)).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test.describe("With a new key a person", () => {
  test.beforeEach(({ context }) => context.grantPermissions(["clipboard-read", "clipboard-write"]));

  test("gets from an empty page to a working key", async ({ page, person }) => {
    // On a phone on its side, where the form is scrolled to its end.
    await page.setViewportSize({ width: 740, height: 360 });
    await create(page, "Production");
    await expect(dialog(page).getByRole("heading", { name: "Save your key" })).toBeInViewport();
    await expect(dialog(page)).toContainText("“Production” is ready.");
    const key = await copy(page, "Key");
    expect(key).toMatch(/^mf_live_[0-9A-Za-z]{38}$/);
    const secret = await copy(page, "Secret");
    expect(secret).toMatch(/^mf_live_[0-9A-Za-z]{38}$/);
    await page.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("rowheader")).toContainText("Production");
    await expect(page.locator("#content")).toBeFocused();
    expect(await verifyCode(key)).toBe("VALID");
    const rows = await query(
      `SELECT name, permissions, round(extract(epoch FROM expires_at - created_at) / 86400) AS days FROM api_keys WHERE user_id = $1`,
      [person.id],
    );
    expect(rows).toStrictEqual([{ name: "Production", permissions: ["read", "write"], days: "90" }]);
  });

  test("sees its credentials masked until asked, what each is for, and a first call that runs as it is pasted", async ({
    page,
    baseURL,
    person: _person,
  }) => {
    await create(page, "Masked");
    const key = await copy(page, "Key");
    const secret = await copy(page, "Secret");
    await expect(dialog(page)).toContainText(`${key.slice(0, 14)}••••••••`);
    await expect(dialog(page)).not.toContainText(key);
    await expect(dialog(page)).toContainText("Goes with every call.");
    await expect(dialog(page)).toContainText("Waiting for the first call…");
    await page.getByRole("tab", { name: ".env" }).click();
    expect(await copy(page, ".env")).toBe(`API_KEY=${key}\nAPI_SECRET=${secret}`);
    await page.getByRole("button", { name: "Show key and secret" }).click();
    await expect(dialog(page)).toContainText(`API_SECRET=${secret}`);
    for (const shown of await dialog(page)
      .getByText(/mf_live_/)
      .all())
      expect(await shown.evaluate((element) => element.closest("[translate=no]") !== null)).toBe(true);
    await page.getByRole("tab", { name: "Python" }).click();
    await expect(dialog(page)).toContainText(`Request("${baseURL}/api/keys/self", headers={"Authorization": "Bearer ${key}"})`);
    await page.getByRole("tab", { name: "JavaScript" }).click();
    const javascript = await copy(page, "JavaScript");
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScrolling(page);
    expect(runInBash('node --input-type=module -e "$PASTED"', { PASTED: javascript })).toContain('200 {"valid":true');
    await expect(dialog(page).getByRole("status").filter({ hasText: "The first call has arrived." })).toBeVisible();
    await expectAccessible(page);
  });

  test("is asked once more before losing it by Esc, a click outside or X", async ({ page, person: _person }) => {
    await create(page, "Guarded");
    const ways = [
      () => page.keyboard.press("Escape"),
      () => clickOutside(page),
      () => page.getByRole("button", { name: "Close", exact: true }).click(),
      () => page.getByRole("button", { name: "Done" }).click(),
    ];
    for (const close of ways) {
      await close();
      await expect(guard(page).getByRole("button", { name: "Go back and copy" })).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(guard(page)).toHaveCount(0);
    }
    await copy(page, "Key");
    await page.keyboard.press("Escape");
    await expectAccessible(page);
    await guard(page).getByRole("button", { name: "Close anyway" }).click();
    await expect(page.getByRole("rowheader")).toContainText("Guarded");
  });

  test("loses nothing by closing, going back or loading anew while it is made or unsaved", async ({ page, person: _person }) => {
    await openForm(page);
    await dialog(page).getByLabel("Name").fill("On its way");
    let send = () => {};
    const sent = new Promise<void>((resolve) => (send = resolve));
    await page.route("**/keys", async (route) => {
      if (route.request().method() === "POST") await sent;
      await route.continue();
    });
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByRole("button", { name: "Creating…" })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.evaluate(() => history.back());
    await expect(dialog(page).getByRole("status").filter({ hasText: "stays open until the key is here" })).toBeVisible();
    send();
    await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
    await page.evaluate(() => history.back());
    await expect(guard(page)).toContainText("The key and the secret were not copied.");
    await page.keyboard.press("Enter");
    const asked = page.waitForEvent("dialog");
    const loading = page.evaluate(() => location.reload());
    const question = await asked;
    expect(question.type()).toBe("beforeunload");
    await question.dismiss();
    await loading;
    const key = await copy(page, "Key");
    expect(await verifyCode(key)).toBe("VALID");
    await copy(page, "Secret");
    await page.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("rowheader")).toContainText("On its way");
  });

  test("is told what it has not copied yet: a word or one of the two is not all", async ({ page, person: _person }) => {
    await create(page, "Half");
    const select = (text: string | RegExp) =>
      dialog(page)
        .getByText(text)
        .first()
        .evaluate((element) => getSelection()?.selectAllChildren(element));
    const leave = async () => {
      await page.keyboard.press("Escape");
      return guard(page);
    };
    await page.getByRole("button", { name: "Show key and secret" }).click();
    await select("curl");
    await page.keyboard.press("Control+c");
    await expect(await leave()).toContainText("The key and the secret were not copied.");
    await page.keyboard.press("Enter");
    await select(/^mf_live_/);
    await page.keyboard.press("Control+c");
    await expect(await leave()).toContainText("The secret was not copied.");
    await page.keyboard.press("Enter");
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await copyButton(page, "Secret").click();
    await expect(page.getByRole("status").filter({ hasText: "Copied to the clipboard." })).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("meets it nowhere again: not by Back, in the address, in storage or in the page", async ({ page, person: _person }) => {
    await create(page, "Once");
    const key = await copy(page, "Key");
    await copy(page, "Secret");
    await page.goto("/");
    await page.goBack();
    await expect(page.getByRole("rowheader")).toContainText("Once");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    const kept = await page.evaluate(() =>
      JSON.stringify([
        location.href,
        history.state,
        { ...localStorage },
        { ...sessionStorage },
        document.documentElement.outerHTML,
      ]),
    );
    expect(kept).toContain(key.slice(8, 14));
    expect(kept).not.toContain(key.slice(14));
    await page.goForward();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("API keys, looked after.");
    // Not goBack(): where the page comes out of the browser's own cache there is no load to wait for.
    await page.evaluate(() => history.back());
    await expect(page.getByRole("rowheader")).toContainText("Once");
    await expect(page.getByText(key.slice(14))).toHaveCount(0);
  });

  test("chooses permissions and a day at which it ends", async ({ page, person }) => {
    await openForm(page);
    await dialog(page).getByLabel("Name").fill("Restricted");
    await dialog(page).getByRole("radio", { name: "Custom" }).check({ force: true });
    await dialog(page).getByLabel("Custom permissions").fill("sms:send\nreports:read list");
    await expect(dialog(page).getByText("*:list", { exact: true })).toBeVisible();
    await dialog(page).getByLabel("Note").fill("For the demo");
    await dialog(page).getByRole("radio", { name: "A date" }).check({ force: true });
    await dialog(page).getByLabel("Last day").fill("2099-05-31");
    await expect(dialog(page)).toContainText("Works until the end of 31 May 2099.");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
    // Midnight in Dar es Salaam, three hours ahead of UTC.
    expect(await query("SELECT permissions, expires_at, note FROM api_keys WHERE user_id = $1", [person.id])).toStrictEqual([
      {
        permissions: { "*": ["list"], sms: ["send"], reports: ["read"] },
        expires_at: new Date("2099-05-31T21:00:00Z"),
        note: "For the demo",
      },
    ]);
  });

  test("is told next to the field what is wrong, and keeps what was typed", async ({ page, person }) => {
    await openForm(page);
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByLabel("Name")).toHaveAccessibleDescription(/^Give the key a name\./);
    await expect(dialog(page).getByLabel("Name")).toBeFocused();
    await expectAccessible(page);
    await dialog(page).getByLabel("Name").fill("Kept");
    await dialog(page).getByRole("radio", { name: "Custom" }).check({ force: true });
    await dialog(page).getByLabel("Custom permissions").fill("read @@@");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByLabel("Custom permissions")).toHaveAccessibleDescription(/^“@@@” is no permission\./);
    await expect(dialog(page).getByLabel("Custom permissions")).toHaveValue("read @@@");
    await expect(dialog(page).getByLabel("Name")).toHaveValue("Kept");
    await dialog(page).getByRole("radio", { name: "All" }).check({ force: true });
    await expect(dialog(page)).toContainText("Grants everything that a call may ask for");
    await dialog(page).getByRole("radio", { name: "A date" }).check({ force: true });
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByLabel("Last day")).toHaveAccessibleDescription("Choose a day.");
    await dialog(page).getByLabel("Last day").fill("2020-01-01");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByLabel("Last day")).toHaveAccessibleDescription(/still to come/);
    expect(await query("SELECT id FROM api_keys WHERE user_id = $1", [person.id])).toStrictEqual([]);
  });

  test("reaches search, form and help by single keys, not while typing, and can switch them off", async ({ page, makeKey }) => {
    await makeKey();
    await page.goto("/keys");
    const search = page.getByRole("searchbox");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(async () => {
      await page.keyboard.press("/");
      await expect(search).toBeFocused({ timeout: 500 });
    }).toPass();
    await search.fill("");
    await page.keyboard.type("?c/");
    await expect(search).toHaveValue("?c/");
    await search.fill("");
    await page.locator("#content").focus();
    await page.keyboard.press("Control+c");
    await page.keyboard.press("?");
    await expect(help).toBeVisible();
    await page.keyboard.press("c");
    await expect(page.getByRole("dialog")).toHaveCount(1);
    await expectAccessible(page);
    await help.getByRole("checkbox").uncheck();
    await page.keyboard.press("Escape");
    await page.goto("/settings");
    const keyboard = page.getByRole("region", { name: "Keyboard shortcuts" });
    await expect(keyboard.getByRole("checkbox")).not.toBeChecked();
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await keyboard.getByRole("checkbox").check();

    await page.goto("/keys");
    await page.emulateMedia({ forcedColors: "active" });
    await expect(async () => {
      await page.keyboard.press("c");
      await expect(dialog(page).getByLabel("Name")).toBeFocused({ timeout: 500 });
    }).toPass();
    // What is chosen shows where the page's own colours are gone.
    const looks = await dialog(page)
      .locator("label:has(input[name=access])")
      .evaluateAll((labels) =>
        labels.map((label) => [label.querySelector("input")?.checked, getComputedStyle(label).backgroundColor]),
      );
    const [chosen] = looks.filter(([isChosen]) => isChosen).map(([, colour]) => colour);
    expect(looks.filter(([isChosen, colour]) => isChosen === (colour === chosen))).toHaveLength(4);
  });

  test("makes one key by a double click", async ({ page, person }) => {
    await openForm(page);
    await dialog(page).getByLabel("Name").fill("Twice");
    await dialog(page).getByRole("button", { name: "Create key" }).dblclick();
    await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
    expect(await query("SELECT name FROM api_keys WHERE user_id = $1", [person.id])).toStrictEqual([{ name: "Twice" }]);
  });

  test("can do it with the keyboard alone, and is back on the button afterwards", async ({ page, makeKey }) => {
    await makeKey();
    await page.goto("/keys");
    await tabTo(page, "Create key");
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByLabel("Name")).toBeFocused();
    await page.keyboard.type("By hand");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
    for (const what of ["Key", "Secret"]) {
      await tabTo(page, `Copy ${what}`);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("button", { name: `Copied ${what}`, exact: true })).toBeFocused();
    }
    await tabTo(page, "Done");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Create key" })).toBeFocused();
  });
});

test.describe("On a lost connection a person who creates a key", () => {
  test.use({ expectedProblems: /Failed to load resource: net::ERR_/ });

  test("is told so, and makes no second key by trying again", async ({ page, person }) => {
    await openForm(page);
    await dialog(page).getByLabel("Name").fill("Lost");
    // The request arrives, its answer does not.
    await page.route("/keys", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("The server could not be reached.");
    await expect(dialog(page).getByLabel("Name")).toHaveValue("Lost");
    await page.unroute("/keys");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("Your first attempt did make the key");
    expect(await query("SELECT name FROM api_keys WHERE user_id = $1", [person.id])).toStrictEqual([{ name: "Lost" }]);
  });
});
