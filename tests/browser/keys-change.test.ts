import type { Locator, Page } from "@playwright/test";
import { newKey, query, verifyCode } from "../support/client";
import { newUser } from "../support/people";
import { reportCalls } from "../support/usage";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { test } from "./signed-in";

const row = (page: Page, name: string): Locator => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
const menuButton = (page: Page, name: string): Locator => page.getByRole("button", { name: `Actions for ${name}` });
/** Until the key ends. */
async function daysLeft(id: string): Promise<unknown> {
  const rows = await query(
    "SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS days FROM api_keys WHERE uuid = $1",
    [id],
  );
  return (rows[0] as { days: number } | undefined)?.days;
}

const question = (page: Page): Locator => page.getByRole("alertdialog");

async function choose(page: Page, name: string, item: string): Promise<void> {
  await menuButton(page, name).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test.describe("To revoke a key a person", () => {
  test("is told its use, has the focus on Cancel, and must tick before it ends", async ({ page, makeKey }) => {
    const key = await makeKey({ key_name: "Old laptop" });
    await reportCalls(key.api_key, 3);
    // One of them was made on the day before: more than 24 hours ago, whatever time it is.
    await query(
      `UPDATE usage_events SET at = at - interval '24 hours' WHERE (key_id, event_id) =
       (SELECT key_id, event_id FROM usage_events e JOIN api_keys k ON k.id = e.key_id WHERE k.uuid = $1 LIMIT 1)`,
      [key.id],
    );
    await page.goto("/keys");
    await choose(page, "Old laptop", "Revoke…");
    await expect(question(page).getByRole("button", { name: "Cancel" })).toBeFocused();
    await expect(question(page)).toContainText(/Last used (just now|\d+ minutes? ago), 2 calls in the last 24 hours\./);
    await expectAccessible(page);
    await question(page).getByRole("button", { name: "Revoke key" }).click();
    const tick = question(page).getByRole("checkbox");
    await expect(tick).toHaveAccessibleDescription("Tick this first.");
    await expect(tick).toBeFocused();
    expect(await verifyCode(key.api_key)).toBe("VALID");
    await tick.check();
    await question(page).getByRole("button", { name: "Revoke key" }).dblclick();
    await expect(question(page)).toHaveCount(0);
    await expect(row(page, "Old laptop").getByRole("cell").getByText("Revoked")).toBeVisible();
    await expect(page.locator("#content")).toBeFocused();
    await expect(page.getByRole("status").filter({ hasText: "1 revoked." })).toHaveCount(1);
    expect(await verifyCode(key.api_key)).toBe("REVOKED");
  });

  test("can turn back with Esc, and is where they were", async ({ page, makeKey }) => {
    const key = await makeKey({ key_name: "Kept" });
    await page.goto("/keys");
    await choose(page, "Kept", "Revoke…");
    await page.keyboard.press("Escape");
    await expect(menuButton(page, "Kept")).toBeFocused();
    expect(await verifyCode(key.api_key)).toBe("VALID");
  });

  test("still has the question before them when its row leaves the list, and is told", async ({ page, makeKey }) => {
    await makeKey({ key_name: "Elsewhere" });
    await page.goto("/keys?status=disabled");
    await page.getByRole("navigation", { name: "Status" }).getByRole("link").first().click();
    await choose(page, "Elsewhere", "Revoke…");
    await expect(question(page)).toBeVisible();
    await page.goBack();
    await expect(page.locator("tr", { hasText: "Elsewhere" })).toHaveCount(0);
    await expect(question(page).getByRole("status")).toContainText("no longer offers this");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(question(page)).toHaveCount(0);
    await expect(page.locator("#content")).toBeFocused();
  });

  test("finds no menu at a revoked key, and at an expired one only what is of use", async ({ page, person, makeKey }) => {
    const key = await makeKey({ key_name: "Ended" });
    await page.request.post(`/api/auth/keys/${key.id}/revoke/`, { headers: { Authorization: `Bearer ${person.access}` } });
    const over = await makeKey({ key_name: "Over", expires_at: "2020-01-01" });
    await page.goto("/keys");
    await menuButton(page, "Over").click();
    await expect(page.getByRole("menuitem", { name: /Disable/ })).toContainText("It has expired. Regenerate it");
    await expectAccessible(page);
    await expect(menuButton(page, "Ended")).toHaveCount(0);
    await page.getByRole("menuitem", { name: "Regenerate…" }).click();
    const dialog = page.getByRole("dialog", { name: "Regenerate “Over”" });
    await expect(dialog.getByRole("group", { name: "The old credential" })).toHaveCount(0);
    await dialog.getByRole("radio", { name: "1 year" }).check({ force: true });
    await dialog.getByRole("button", { name: "Regenerate key" }).click();
    await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
    expect(await daysLeft(over.id)).toBe(365);
  });
});

test("A person can disable a key in its menu, and enable it on its page; not what staff disabled", async ({ page, makeKey }) => {
  const key = await makeKey({ key_name: "Paused" });
  await page.goto("/keys");
  await choose(page, "Paused", "Disable…");
  await expectAccessible(page);
  await question(page).getByRole("button", { name: "Disable key" }).click();
  await expect(row(page, "Paused").getByRole("cell").getByText("Disabled")).toBeVisible();
  await expect(menuButton(page, "Paused")).toBeFocused();
  expect(await verifyCode(key.api_key)).toBe("DISABLED");

  await page.goto(`/keys/${key.id}`);
  await expect(page.locator("dl").first()).toContainText("Disabled");
  await page.getByRole("button", { name: "Enable key" }).click();
  await question(page).getByRole("button", { name: "Enable key" }).click();
  await expect(page.getByRole("button", { name: "Disable key" })).toBeVisible();
  expect(await verifyCode(key.api_key)).toBe("VALID");

  await query("UPDATE api_keys SET disabled_at = now(), disabled_by = 'staff' WHERE uuid = $1", [key.id]);
  await page.reload();
  await expect(page.getByText("By staff: only they can enable it.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^(Enable|Disable) key$/ })).toHaveCount(0);
  await page.goto("/keys?status=disabled");
  await choose(page, "Paused", "Enable…");
  await question(page).getByRole("button", { name: "Enable key" }).click();
  await expect(question(page)).toContainText("Staff ended or disabled this API key");
  expect(await verifyCode(key.api_key)).toBe("DISABLED");
});

test("A person can revoke several keys at once, and reads what became of each", async ({ page, makeKey }) => {
  const keys = await Promise.all(["one", "two", "three"].map((key_name) => makeKey({ key_name })));
  await page.goto("/keys?sort=name");
  await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
  await page.getByRole("checkbox", { name: "Select two" }).uncheck();
  const bar = page.getByRole("region", { name: "Selected keys" });
  await expect(bar).toContainText("2 selected");
  await expectAccessible(page);
  // Meanwhile staff removed one of them.
  await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [keys[2]?.id]);
  await bar.getByRole("button", { name: "Revoke selected" }).click();
  await question(page).getByRole("checkbox").check();
  await question(page).getByRole("button", { name: "Revoke keys" }).click();
  const results = question(page).getByRole("list", { name: "Results" }).getByRole("listitem");
  await expect(results).toHaveText([/^one\s*Revoked$/, /^three\s*API key not found$/]);
  await expectAccessible(page);
  await question(page).getByRole("button", { name: "Close" }).click();
  await expect(bar).toHaveCount(0);
  await expect(row(page, "one").getByRole("cell").getByText("Revoked")).toBeVisible();
  await expect(row(page, "two").getByRole("cell").getByText("Active")).toBeVisible();
  const codes = await Promise.all(keys.map(({ api_key }) => verifyCode(api_key)));
  expect(codes).toStrictEqual(["REVOKED", "VALID", "NOT_FOUND"]);
});

test.describe("To regenerate a key a person", () => {
  test.beforeEach(({ context }) => context.grantPermissions(["clipboard-read", "clipboard-write"]));

  test("chooses how long the old credential works, sees both, and can end it now", async ({ page, makeKey }) => {
    const old = await makeKey({ key_name: "Production" });
    await page.goto("/keys");
    await choose(page, "Production", "Regenerate…");
    const dialog = page.getByRole("dialog", { name: "Regenerate “Production”" });
    await dialog.getByRole("radio", { name: "Not at all" }).check({ force: true });
    await expect(dialog).toContainText("It stops working as soon as you confirm.");
    await dialog.getByRole("radio", { name: "7 days" }).check({ force: true });
    await expect(dialog).toContainText(/It stops working on \d+ \w+ 20\d\d, \d\d:\d\d\./);
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Regenerate key" }).dblclick();
    const save = page.getByRole("dialog", { name: "Save your key" });
    await expect(save).toContainText(/The old credential works until \d+ \w+ 20\d\d, \d\d:\d\d\./);
    await save.getByRole("tab", { name: ".env" }).click();
    await save.getByRole("button", { name: "Copy .env" }).click();
    await expect(page.getByRole("status").filter({ hasText: "Copied to the clipboard." })).toHaveCount(1);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const fresh = /^API_KEY=(\S+)/.exec(copied)?.[1] ?? "";
    await save.getByRole("button", { name: "Done" }).click();
    await expect(menuButton(page, "Production")).toBeFocused();
    await expect(row(page, "Production")).toContainText(`${fresh.slice(0, 14)}...`);
    await expect(row(page, "Production")).toContainText(`${old.api_key.slice(0, 14)}... works until`);
    const codes = async () => [await verifyCode(old.api_key), await verifyCode(fresh)];
    expect(await codes()).toStrictEqual(["VALID", "VALID"]);
    expect(
      await query(
        `SELECT round(extract(epoch FROM valid_until - replaced_at) / 86400)::int AS days FROM replaced_credentials r
         JOIN api_keys k ON k.id = r.key_id WHERE k.uuid = $1`,
        [old.id],
      ),
    ).toStrictEqual([{ days: 7 }]);

    await page.getByRole("button", { name: /^End now/ }).click();
    await expect(question(page).getByRole("button", { name: "Cancel" })).toBeFocused();
    await question(page).getByRole("button", { name: "End now" }).click();
    await expect(row(page, "Production").getByRole("cell").getByText("Active")).toBeVisible();
    expect(await codes()).toStrictEqual(["NOT_FOUND", "VALID"]);
    expect(
      await query(
        `SELECT action, actor_kind FROM audit_entries WHERE target_kind = 'api_key'
         AND target_id = (SELECT id::text FROM api_keys WHERE uuid = $1) ORDER BY id`,
        [old.id],
      ),
    ).toStrictEqual(
      ["api_key.created", "api_key.regenerated", "api_key.grace_ended"].map((action) => ({ action, actor_kind: "user" })),
    );
  });

  test("can end the old credential at once", async ({ page, makeKey }) => {
    const old = await makeKey({ key_name: "Leaked" });
    await page.goto("/keys");
    await choose(page, "Leaked", "Regenerate…");
    await page.getByRole("radio", { name: "Not at all" }).check({ force: true });
    await page.getByRole("button", { name: "Regenerate key" }).click();
    const save = page.getByRole("dialog", { name: "Save your key" });
    await expect(save).toContainText("The old credential no longer works.");
    expect(await verifyCode(old.api_key)).toBe("NOT_FOUND");
    // Nobody has called with it yet.
    await expect(save).toContainText("Waiting for the first call…");
    await save.getByRole("button", { name: "Show key and secret" }).click();
    expect(await verifyCode(/mf_live_[0-9A-Za-z]{38}/.exec(await save.innerText())?.[0] ?? "")).toBe("VALID");
    await expect(save.getByRole("status").filter({ hasText: "The first call has arrived." })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("alertdialog", { name: "You will not see this key again" })).toBeVisible();
  });

  test("is warned when its end is near, keeps that end, or gives it a later one", async ({ page, makeKey }) => {
    const end = new Date(Date.now() + 2 * 24 * 3600 * 1000);
    const key = await makeKey({ key_name: "Ending", expires_at: end.toISOString() });
    await page.goto(`/keys/${key.id}`);
    await page.getByRole("button", { name: "Regenerate key" }).click();
    const dialog = page.getByRole("dialog", { name: "Regenerate “Ending”" });
    await expect(dialog).toContainText("That is soon, and the new credentials end then as well.");
    const written = /Keep (\d+ \w+ 20\d\d, \d\d:\d\d)/.exec(await dialog.innerText())?.[1];
    await dialog.getByRole("radio", { name: "7 days", exact: true }).check({ force: true });
    await expect(dialog).toContainText(`It stops working on ${written}.`);
    await expectAccessible(page);
    await dialog.getByRole("radio", { name: "A new one" }).check({ force: true });
    await expect(dialog).not.toContainText("That is soon");
    await dialog.getByRole("radio", { name: "30 days" }).check({ force: true });
    await dialog.getByRole("button", { name: "Regenerate key" }).click();
    await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
    expect(await daysLeft(key.id)).toBe(30);
  });

  test("is told when the key was revoked meanwhile", async ({ page, person, makeKey }) => {
    const key = await makeKey({ key_name: "Gone" });
    await page.goto("/keys");
    await choose(page, "Gone", "Regenerate…");
    await page.request.post(`/api/auth/keys/${key.id}/revoke/`, { headers: { Authorization: `Bearer ${person.access}` } });
    await page.getByRole("button", { name: "Regenerate key" }).click();
    await expect(page.getByRole("alert")).toContainText("This API key is revoked; create a new one instead");
  });
});

test("Nobody can revoke, regenerate or end someone else's key through the forms", async ({ page, makeKey }) => {
  await makeKey({ key_name: "Mine" });
  const foreign = await newKey(await newUser(), { key_name: "Foreign" });
  await page.goto("/keys");
  for (const [item, button] of [
    ["Revoke…", "Revoke key"],
    ["Regenerate…", "Regenerate key"],
  ] as const) {
    await choose(page, "Mine", item);
    const dialog = page.getByRole(item === "Revoke…" ? "alertdialog" : "dialog");
    await dialog.locator("input[name=uuid]").evaluate((input: HTMLInputElement, id) => (input.value = id), foreign.id);
    if (item === "Revoke…") await dialog.getByRole("checkbox").check();
    await dialog.getByRole("button", { name: button }).click();
    await expect(dialog).toContainText(item === "Revoke…" ? "Not tried" : "API key not found");
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  }
  expect(await verifyCode(foreign.api_key)).toBe("VALID");
});

test("Dialogs and menus fit on a screen of 360 pixels", async ({ page, makeKey }) => {
  await makeKey({ key_name: "x".repeat(100) });
  await page.setViewportSize({ width: 360, height: 740 });
  for (const item of ["Revoke…", "Regenerate…"]) {
    await page.goto("/keys");
    await choose(page, "x".repeat(100), item);
    await expect(page.locator("[role=alertdialog], [role=dialog]")).toBeVisible();
    await expectNoSidewaysScrolling(page);
    await expectAccessible(page);
  }
});
