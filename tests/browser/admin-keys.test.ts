import fs from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { newKey, query, sha256, verifyCode } from "../support/client";
import { newUser } from "../support/people";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { signIn } from "./people";
import { confirm, test } from "./staff";

test.beforeEach(({ stale }) => stale());

const row = (page: Page, name: string): Locator => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
const question = (page: Page): Locator => page.getByRole("alertdialog");
const searchBox = (page: Page): Locator => page.getByRole("searchbox", { name: /^Find keys/ });

async function choose(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("A member of staff finds a key by its owner and by a pasted credential, which does not leave the browser", async ({
  page,
}) => {
  const owner = await newUser();
  const key = await newKey(owner, { key_name: "Till 4" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url(), request.postData() ?? ""));
  await page.goto("/admin/keys?status=nonsense&after=x");
  await searchBox(page).fill(owner.email);
  await expect(row(page, "Till 4")).toContainText("Active");
  await expectAccessible(page);
  await page.reload();
  await expect(row(page, "Till 4")).toBeVisible();

  const found = page.getByRole("main").getByRole("status").first();
  await searchBox(page).fill(key.secret_key);
  await expect(found).toContainText(/^What you pasted is this key’s secret\. Show all$/);
  await page.request.post(`/api/auth/keys/${key.id}/regenerate/`, {
    headers: { Authorization: `Bearer ${owner.access}` },
    data: { grace_seconds: 3600 },
  });
  const replaced = /^What you pasted is a credential of this key that was replaced on \d+ \w+ 20\d\d\. /;
  await searchBox(page).fill(key.api_key);
  await expect(page).toHaveURL(`/admin/keys?digest=${sha256(key.api_key)}`);
  await expect(found).toContainText(new RegExp(`${replaced.source}It works until \\d+ \\w+ 20\\d\\d, \\d\\d:\\d\\d\\.`));
  await query("UPDATE replaced_credentials SET valid_until = now() WHERE hint = $1", [key.api_key.slice(8, 14)]);
  await page.reload();
  await expect(found).toContainText(new RegExp(`${replaced.source}It no longer works\\.`));
  await query("UPDATE replaced_credentials SET valid_until = now() + interval '1 hour' WHERE hint = $1", [
    key.api_key.slice(8, 14),
  ]);
  await query("UPDATE api_keys SET expires_at = '2025-01-01T21:00:00Z' WHERE uuid = $1", [key.id]);
  await page.reload();
  await expect(found).toContainText(new RegExp(`${replaced.source}The key expired at the end of 1 Jan 2025\\.`));
  await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [key.id]);
  await page.reload();
  await expect(found).toContainText(new RegExp(`${replaced.source}The key was deleted on \\d+ \\w+ 20\\d\\d\\.`));
  await expect(row(page, "Till 4")).toContainText("Deleted");
  expect(asked.filter((text) => text.includes(key.api_key))).toStrictEqual([]);

  await page.getByRole("link", { name: "Till 4" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Till 4");
  await expect(page.getByRole("main")).toContainText(`of ${owner.email} (Asha Mrema), who has 1,000 credits.`);
  await expect(page.getByRole("region", { name: "Danger zone" })).toHaveCount(0);
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScrolling(page);
  await page.goto("/admin/keys");
  await expectNoSidewaysScrolling(page);
  await expect(page.getByRole("navigation", { name: "Status" }).getByRole("link").first()).toHaveText(/^Current [\d,]+\+?$/);

  // From the one box, on whatever page it stands.
  const find = page.getByRole("searchbox", { name: /^Find anything/ });
  await find.fill(`KEY=${key.api_key}`);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/admin/keys?digest=${sha256(key.api_key)}`);
  await expect(found).toContainText(replaced);
  const [account] = await query("SELECT account_id FROM api_accounts WHERE user_id = $1", [owner.id]);
  const [entry] = await query("SELECT request_id FROM audit_entries WHERE target_id = $1 ORDER BY id LIMIT 1", [owner.id]);
  const person = `/admin/users/${owner.id}`;
  for (const [typed, address] of [
    [owner.email, person],
    [owner.id, person],
    [account?.account_id, person],
    [key.id, `/admin/keys/${key.id}`],
    [entry?.request_id, `/admin/audit?request=${entry?.request_id}`],
  ]) {
    await find.fill(String(typed));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(String(address));
    await expect(find).toHaveValue("");
  }
  await find.fill("Till 4");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Find");
  await expectAccessible(page);
  await expectNoSidewaysScrolling(page);
  expect(asked.filter((text) => text.includes(key.api_key))).toStrictEqual([]);
});

test("A member of staff creates a key for someone found by typing, and sees it once", async ({ page, admin }) => {
  const owner = await newUser();
  await page.goto("/admin/keys");
  await page.getByRole("button", { name: "Create key" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a key for someone" });
  const field = dialog.getByRole("combobox", { name: "Owner" });
  await expect(field).toBeFocused();
  await page.keyboard.type(owner.email.slice(0, 18));
  await expect(dialog.getByRole("option", { name: owner.email })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("option")).toHaveCount(0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue(owner.email);
  await dialog.getByLabel("Name").fill("For you");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await confirm(page, admin);
  const save = page.getByRole("dialog", { name: "Save your key" });
  await save.getByRole("button", { name: "Show key and secret" }).click();
  const key = /mf_live_[0-9A-Za-z]{38}/.exec((await save.textContent()) ?? "")?.[0] ?? "";
  expect(await verifyCode(key)).toBe("VALID");
  expect(
    await query(
      `SELECT a.actor_kind, a.actor_id, k.user_id FROM audit_entries a JOIN api_keys k ON k.id::text = a.target_id
       WHERE a.action = 'api_key.created' AND a.target_kind = 'api_key' AND k.user_id = $1`,
      [owner.id],
    ),
  ).toStrictEqual([{ actor_kind: "admin", actor_id: admin.id, user_id: owner.id }]);
});

test("A member of staff whose session ended in the middle of a dialog is told so, signs in in another tab and goes on", async ({
  page,
  admin,
}) => {
  const owner = await newUser();
  await page.goto("/admin/keys");
  await page.getByRole("button", { name: "Create key" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a key for someone" });
  await expect(dialog.getByRole("combobox", { name: "Owner" })).toBeFocused();
  await page.keyboard.type(owner.email);
  await dialog.getByRole("option", { name: owner.email }).click();
  await dialog.getByLabel("Name").fill("Interrupted");
  await query("DELETE FROM sessions WHERE user_id = $1", [admin.id]);
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByRole("alert")).toContainText("You are no longer signed in, so nothing was done.");
  await dialog.getByRole("combobox", { name: "Owner" }).fill(owner.email.slice(0, 18));
  await expect(dialog.getByText("Nobody could be looked for just now.")).toBeVisible();
  await expect(dialog.getByText("Nobody fits.")).toHaveCount(0);

  const opened = page.waitForEvent("popup");
  await dialog.getByRole("link", { name: "Sign in in another tab" }).click();
  const tab = await opened;
  await signIn(tab, admin);
  await tab.close();
  await dialog.getByRole("combobox", { name: "Owner" }).fill(owner.email);
  await dialog.getByRole("option", { name: owner.email }).click();
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("dialog", { name: "Save your key" })).toBeVisible();
  expect(await query("SELECT name FROM api_keys WHERE user_id = $1", [owner.id])).toStrictEqual([{ name: "Interrupted" }]);
});

test("A member of staff disables and revokes one, deletes several by typing, and reads what became of each; then downloads the rest", async ({
  page,
  admin,
}) => {
  const owner = await newUser();
  const keys = [];
  for (const key_name of ["one", "two", "three", "four"]) keys.push(await newKey(owner, { key_name }));
  await page.goto(`/admin/keys?owner=${owner.id}`);
  await choose(page, "one", "Disable…");
  await question(page).getByRole("button", { name: "Disable key" }).click();
  await confirm(page, admin);
  await expect(row(page, "one")).toContainText("Disabled");
  await choose(page, "one", "Revoke…");
  await expect(question(page)).toContainText("Never used.");
  await question(page).getByRole("checkbox").check();
  await question(page).getByRole("button", { name: "Revoke key" }).click();
  await expect(row(page, "one")).toContainText("Revoked");

  await choose(page, "four", "Delete…");
  await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [keys[3]?.id]);
  await question(page).getByLabel("Type “four” to confirm").fill("four");
  await question(page).getByRole("button", { name: "Delete key" }).click();
  // Its row is gone; what was asked about it is answered all the same.
  await expect(page.locator("tr", { hasText: "four" })).toHaveCount(0);
  await expect(question(page).getByRole("listitem")).toHaveText(/^four\s*It was deleted already\.$/);
  await question(page).getByRole("button", { name: "Close" }).click();

  await page.getByRole("checkbox", { name: "Select two" }).check();
  await page.getByRole("checkbox", { name: "Select three" }).check();
  // Meanwhile someone else deleted one of them.
  await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [keys[1]?.id]);
  await page.getByRole("button", { name: "Delete selected" }).click();
  await question(page).getByRole("button", { name: "Delete keys" }).click();
  const typed = question(page).getByLabel("Type “delete 2 keys” to confirm");
  await expect(typed).toHaveAccessibleDescription("Type “delete 2 keys”.");
  await expectAccessible(page);
  await typed.fill("delete 2 keys");
  await question(page).getByRole("button", { name: "Delete keys" }).click();
  await expect(question(page).getByRole("list", { name: "Results" }).getByRole("listitem")).toHaveText([
    /^three\s*Deleted$/,
    /^two\s*It was deleted already\.$/,
  ]);
  await question(page).getByRole("button", { name: "Close" }).click();
  const codes = await Promise.all(keys.map(({ api_key }) => verifyCode(api_key)));
  expect(codes).toStrictEqual(["REVOKED", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const lines = fs
    .readFileSync(await (await download).path(), "utf8")
    .trimEnd()
    .split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`${keys[0]?.id},one,${owner.id},${owner.email},mf_live,`);
});
