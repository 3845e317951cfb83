import { randomUUID } from "node:crypto";
import fs from "node:fs";
import type { Page } from "@playwright/test";
import { newKey, query, verifyCode } from "../support/client";
import { newUser } from "../support/people";
import { reportCalls } from "../support/usage";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { signIn } from "./people";
import { confirm, test } from "./staff";

test.beforeEach(({ stale }) => stale());

const result = (page: Page) => page.locator("main [data-notice]");
const dialog = (page: Page) => page.getByRole("dialog");

/** Opens the dialog of a deed, which may have fields, and does it. */
async function perform(page: Page, name: string, submit: string, fields: Record<string, string> = {}): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  for (const [label, value] of Object.entries(fields)) await dialog(page).getByLabel(label).fill(value);
  await dialog(page).getByRole("button", { name: submit, exact: true }).click();
}

test.describe("A member of staff", () => {
  test("finds a user by part of the address and gives them credits, with a reason", async ({ page, admin }) => {
    const user = await newUser();
    const { api_key } = await newKey(user, { key_name: "Production" });
    await reportCalls(api_key, 3);
    await page.goto("/admin/users?role=nobody&after=1&sort=-id");
    await page.getByRole("searchbox", { name: /^Find users/ }).fill(user.email.slice(3, 20).toUpperCase());
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/admin\/users\?q=/);
    const row = page.getByRole("row").nth(1);
    await expect(row).toContainText(/Active\s*User\s*997\s*1\s*just now/);
    await expect(page.getByRole("row")).toHaveCount(2);
    await page.getByRole("link", { name: user.email }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(user.email);
    await expect(page.getByRole("region", { name: "Keys" })).toContainText(/Production.*Active/);
    await expect(page.getByRole("figure", { name: "Calls per day" })).toContainText("3 calls and 3 credits in all");

    // The password is asked for, and then what was typed is done.
    await perform(page, "Add or remove credits", "Add credits", { Credits: "2,000", Reason: "A refund" });
    await confirm(page, admin);
    await expect(result(page)).toHaveText("2,000 credits added. The balance is now 2,997.");
    await expect(result(page)).toBeFocused();
    await expect(page.getByRole("region", { name: "Credits added" }).getByRole("listitem")).toHaveText([
      "+2,000A refundjust now",
    ]);
    await expect(page.getByRole("region", { name: "Audit" })).toContainText(`${admin.email} (staff)Credits adjusted`);

    // Too much to remove, and then somebody else is quicker.
    await page.getByRole("button", { name: "Add or remove credits" }).click();
    await dialog(page).getByText("Remove", { exact: true }).click();
    await dialog(page).getByLabel("Credits").fill("2998");
    await dialog(page).getByLabel("Reason").fill("Given twice");
    await dialog(page).getByRole("button", { name: "Remove credits" }).click();
    await expect(dialog(page)).toContainText("There are only 2,997 credits to remove.");
    await expect(dialog(page).getByLabel("Credits")).toBeFocused();
    await query("INSERT INTO credit_entries (user_id, amount, kind, reason) VALUES ($1, -2000, 'adjustment', 'Twice')", [
      user.id,
    ]);
    await dialog(page).getByLabel("Credits").fill("900");
    await dialog(page).getByRole("button", { name: "Remove credits" }).click();
    const conflict = "Nothing was done. Meanwhile, 2,000 credits were removed (“Twice”); the balance is now 997.";
    await expect(dialog(page).getByRole("alert")).toHaveText(conflict);
    await expect(dialog(page)).toContainText("has 997 credits");
    await expectAccessible(page);
    // Knowing that, one may go on.
    await dialog(page).getByRole("button", { name: "Remove credits" }).click();
    await expect(result(page)).toHaveText("900 credits removed. The balance is now 97.");
  });

  test("finds a user by their id elsewhere, and sees where that is and what was brought over", async ({ page }) => {
    const user = await newUser();
    const id = `old-${user.id.slice(0, 8)}`;
    await query("INSERT INTO former_ids (source, id, user_id) VALUES ('mifumo', $1, $2)", [id, user.id]);
    await query("INSERT INTO credit_entries (user_id, amount, kind, reason) VALUES ($1, 700, 'import', 'Balance at mifumo')", [
      user.id,
    ]);
    await page.goto(`/admin/users?q=${id}`);
    await expect(page.getByRole("row")).toHaveCount(2);
    await expect(page.getByRole("row").nth(1)).toContainText(id);
    await page.goto(`/admin/find?q=mifumo:${id}`);
    await expect(page).toHaveURL(`/admin/users/${user.id}`);
    await expect(page.getByText(`mifumo:${id}`, { exact: true })).toBeVisible();
    await expect(page.getByRole("region", { name: "Credits brought over" }).getByRole("listitem")).toHaveText([
      "+700Balance at mifumojust now",
    ]);
    await expectAccessible(page);
  });

  test("filters the list and takes what is left along, by the address alone", async ({ page, admin }) => {
    const user = await newUser();
    await query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, -903, 'adjustment')", [user.id]);
    await page.goto("/admin/users");
    await page.getByRole("searchbox", { name: /^Find users/ }).fill(user.email);
    await expect(page).toHaveURL(/\?q=/);
    await page.getByRole("link", { name: "Low on credits 1", exact: true }).click();
    await expect(page).toHaveURL(/q=.*&filter=low-credits$/);
    await page.getByRole("link", { name: "Last signed in" }).click();
    await expect(page).toHaveURL(/q=.*&filter=low-credits&sort=seen$/);
    await expect(page.getByRole("columnheader", { name: "Last signed in" })).toHaveAttribute("aria-sort", "descending");
    await expect(page.getByRole("row")).toHaveCount(2);
    await page.getByRole("link", { name: "Download CSV" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), confirm(page, admin)]);
    const lines = fs.readFileSync(await download.path(), "utf8").split("\r\n");
    expect(lines[1]).toContain(`${user.id},${user.email},Asha Mrema,user,active,97,0,`);
    expect(lines).toHaveLength(3);
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScrolling(page);
    await page.getByRole("link", { name: "Banned 0", exact: true }).click();
    await expect(page.getByRole("main").getByRole("status")).toHaveText(/^Nobody of those chosen has/);
    await page.getByRole("link", { name: "Show all" }).click();
    await expect(page).toHaveURL("/admin/users?sort=seen");
  });

  test("bans a user, whose key is refused, and lets them in again", async ({ page, admin }) => {
    const user = await newUser();
    const { api_key } = await newKey(user);
    const verdict = () => verifyCode(api_key);
    await page.goto(`/admin/users/${user.id}`);
    await perform(page, "Ban", "Ban", { Reason: "" });
    await confirm(page, admin);
    await expect(dialog(page)).toContainText("Say why.");
    await dialog(page).getByLabel("Reason").fill("Resells calls");
    await dialog(page).getByRole("button", { name: "Ban", exact: true }).click();
    await expect(result(page)).toHaveText("Banned. Their keys are refused from now on; one session was ended.");
    await expect(page.getByText("Banned: Resells calls")).toBeVisible();
    await expect(page.getByRole("button", { name: "End sessions" })).toHaveCount(0);
    expect(await verdict()).toBe("USER_DISABLED");
    await expectAccessible(page);

    await perform(page, "Unban", "Unban", { Reason: "A mistake" });
    await expect(result(page)).toHaveText("Unbanned. They can sign in, and those of their keys that are active work again.");
    await expect(page.getByText("Banned: Resells calls")).toHaveCount(0);
    expect(await verdict()).toBe("VALID");
  });

  test("ends sessions, changes the role and revokes all keys, by keyboard and on a phone", async ({ page, admin }) => {
    const user = await newUser();
    const keys = [await newKey(user, { key_name: "One" }), await newKey(user, { key_name: "Two" })];
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`/admin/users/${user.id}`);
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);

    const ending = page.getByRole("button", { name: "End sessions" });
    await ending.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect(ending).toBeFocused();
    await perform(page, "End sessions", "End sessions");
    await confirm(page, admin);
    await expect(result(page)).toHaveText("Done: one session was ended.");
    await expect(result(page)).toBeFocused();
    expect(await query("SELECT id FROM sessions WHERE user_id = $1", [user.id])).toStrictEqual([]);

    await perform(page, "Make administrator", "Make administrator");
    await expect(result(page)).toHaveText("They are an administrator now.");
    await perform(page, "Make a plain user", "Make a plain user");
    await expect(result(page)).toHaveText("They are no administrator any more.");

    await perform(page, "Revoke all keys", "Revoke all keys");
    const results = page.getByRole("dialog", { name: "These keys are revoked" });
    await expect(results.getByRole("listitem")).toHaveText([/^One.*Revoked$/, /^Two.*Revoked$/]);
    await expectAccessible(page);
    await results.getByRole("button", { name: "Close", exact: true }).last().click();
    await expect(result(page)).toHaveText("2 keys are revoked.");
    for (const { api_key } of keys) expect(await verifyCode(api_key)).toBe("REVOKED");

    await page.goto(`/admin/users/${admin.id}`);
    await expect(page.getByRole("button", { name: /administrator|plain user|^Ban$/ })).toHaveCount(0);
  });

  test("looks at what a file would bring, and imports it once the password is given", async ({ page, admin }) => {
    const [id, email] = [randomUUID(), `${randomUUID()}@example.com`];
    const lines = [
      { type: "user", id, email, email_verified: true },
      { type: "key", user_id: id, credential: "short" },
    ];
    const buffer = Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"));
    await page.goto("/admin");
    await page.getByRole("link", { name: "Import" }).click();
    await page.getByLabel("Source").fill("Not a name");
    await page.getByRole("button", { name: "Upload and look" }).click();
    await expect(page.getByLabel("File", { exact: true })).toBeFocused();
    await expect(page.getByLabel("Source")).toHaveAccessibleDescription(/^A source has/);
    await page.getByLabel("Source").fill("former");
    await page.getByLabel("File", { exact: true }).setInputFiles({ name: "people.ndjson", mimeType: "text/plain", buffer });
    await page.getByRole("button", { name: "Upload and look" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("people.ndjson");
    const row = (name: string) => page.getByRole("row").filter({ hasText: name });
    await expect(row("People").getByRole("cell")).toHaveText(["1", "1", "0", "0"]);
    await expect(row("Keys").getByRole("cell")).toHaveText(["1", "0", "0", "1"]);
    await expect(page.getByRole("region", { name: "Refused rows" })).toContainText("credential: It is too short");
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);

    await page.getByRole("button", { name: "Import", exact: true }).click();
    await confirm(page, admin);
    await expect(result(page)).toHaveText("Imported. The file is kept no longer.");
    await expect(result(page)).toBeFocused();
    await expect(row("People").getByRole("cell")).toHaveText(["1", "1", "0", "0"]);
    const [entry] = await query("SELECT actor_id FROM audit_entries WHERE action = 'import.run' AND actor_id = $1", [admin.id]);
    expect(entry).toBeDefined();
  });
});

test.describe("A member of staff who no longer is", () => {
  test.use({ expectedProblems: /404/ });

  test("is told so on each page, and keeps what was typed", async ({ page, admin }) => {
    const [user, other] = [await newUser(), await newUser()];
    await page.goto(`/admin/users/${user.id}`);
    await page.getByRole("button", { name: "Add or remove credits" }).click();
    await dialog(page).getByLabel("Credits").fill("5");
    await dialog(page).getByLabel("Reason").fill("Half typed");
    await signIn(page, other);
    await dialog(page).getByRole("button", { name: "Add credits" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("This page was made for another account, so nothing was done.");
    await expect(dialog(page).getByLabel("Reason")).toHaveValue("Half typed");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Audit" }).click();
    await expect(page.getByRole("main")).toContainText("another account is signed in here now");
    await expectAccessible(page);

    await signIn(page, admin);
    await page.goto("/admin/import");
    await page.getByLabel("Source").fill("former");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Upload and look" }).click();
    await expect(page.getByRole("main").getByRole("alert")).toContainText("You are no longer signed in as staff here");
    await expect(page.getByLabel("Source")).toHaveValue("former");
    await page.getByRole("link", { name: "Users" }).click();
    await expect(page.getByRole("main")).toContainText("If your session has ended");
    await page.getByRole("link", { name: "Sign in" }).click();
    await expect(page).toHaveURL("/sign-in?next=%2Fadmin%2Fusers");
  });
});
