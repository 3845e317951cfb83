import fs from "node:fs";
import type { Page } from "@playwright/test";
import { query } from "../support/client";
import { newUser } from "../support/people";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { test as base } from "./signed-in";
import { test } from "./staff";

function entries(page: Page) {
  return page
    .getByRole("list", { name: "Audit entries" })
    .getByRole("listitem")
    .filter({ has: page.locator("summary") });
}

async function downloaded(page: Page, click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return fs.readFileSync(await download.path(), "utf8");
}

test.describe("A member of staff", () => {
  test("finds who did what to what, opens before and after, and goes on from there", async ({ page }) => {
    const user = await newUser();
    await page.request.patch("/api/auth/profile/", {
      data: { last_name: "Nyerere" },
      headers: { Authorization: `Bearer ${user.access}` },
    });
    await page.goto("/keys");
    await page.getByRole("link", { name: "Admin" }).click();
    await page.getByRole("link", { name: "Audit", exact: true }).click();
    await page.getByLabel("Who").fill(user.email);
    await page.getByLabel("Did what").selectOption("Profile changed");
    await page.getByRole("button", { name: "Search" }).click();

    await expect(page).toHaveURL(/actor=.*&action=user\.profile_updated/);
    await expect(entries(page)).toHaveCount(1);
    const entry = entries(page).first();
    await expect(entry).toContainText(user.email);
    await entry.locator("summary").focus();
    await page.keyboard.press("Enter");
    await expect(entry.getByRole("row", { name: /^Last name/ })).toHaveText("Last nameMremaNyerere");
    await expect(entry.getByRole("row", { name: /^First name/ })).toHaveText("First nameAshaAsha");
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScrolling(page);

    // Everything that this person did, newest first.
    await entry
      .getByRole("link", { name: `all entries of ${user.email}` })
      .first()
      .click();
    await expect(entries(page).locator("summary")).toHaveText([
      /Profile changed/,
      /Registered|Signed in/,
      /Registered|Signed in/,
    ]);
    await page.getByLabel("To what").fill("nobody@example.com");
    await page.getByRole("button", { name: "Search" }).click();
    const found = page.getByRole("main").getByRole("status");
    await expect(found).toHaveText("There is no user, no key and no service called “nobody@example.com”. Show all");
    await page.getByRole("link", { name: "Show all" }).click();
    await expect(page).toHaveURL("/admin/audit");
  });

  test("turns the pages of a long list, forth and back", async ({ page, admin }) => {
    await query(
      `INSERT INTO audit_entries (actor_kind, actor_id, action, target_kind, target_id, after)
       SELECT 'admin', $1::uuid, 'users.exported', 'export', 'users', jsonb_build_object('number', i) FROM generate_series(1, 120) i`,
      [admin.id],
    );
    await page.goto(`/admin/audit?actor=${admin.id}&action=users.exported`);
    const seen: number[] = [];
    const numbers = async () => {
      const cells = await entries(page).locator("td").allTextContents();
      return cells.map(Number);
    };
    for (const size of [50, 50, 20]) {
      await expect(entries(page)).toHaveCount(size);
      seen.push(...(await numbers()));
      if (size === 50) {
        await page.getByRole("link", { name: "Older" }).click();
        await expect(page.locator("td").first()).toHaveText(String(120 - seen.length));
      }
    }
    expect(seen).toStrictEqual(Array.from({ length: 120 }, (_, i) => 120 - i));
    await expect(page.getByRole("link", { name: "Older" })).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("status")).toHaveText("120 entries. Show all");
    await page.getByRole("link", { name: "Newer" }).click();
    await expect(page.locator("td").first()).toHaveText("70");
    await page.goBack();
    await expect(page.locator("td").first()).toHaveText("20");
  });

  test("is asked for the password before a download when it was given long ago, and gets the file", async ({
    page,
    admin,
    stale,
  }) => {
    const audited = () =>
      query("SELECT action FROM audit_entries WHERE actor_id = $1 AND actor_kind = 'admin' ORDER BY id", [admin.id]).then(
        // What was refused is written after the answer.
        (rows) => rows.map(({ action }) => action).sort(),
      );
    await stale();
    await page.goto(`/admin/audit?target=${admin.id}`);
    const link = page.getByRole("link", { name: "Download CSV" });
    const dialog = page.getByRole("dialog", { name: "Confirm it is you" });
    await link.focus();
    await page.keyboard.press("Enter");
    await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(link).toBeFocused();
    expect(await audited()).toStrictEqual([]);

    await link.click();
    await dialog.getByLabel("Password", { exact: true }).fill("not this one");
    await page.keyboard.press("Enter");
    await expect(dialog.getByText("This is not your password.")).toBeVisible();
    await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
    await dialog.getByLabel("Password", { exact: true }).fill(admin.password);
    const file = await downloaded(page, () => page.keyboard.press("Enter"));
    expect(file).toContain(`user.password_confirmed,user,${admin.id}`);
    expect(await audited()).toStrictEqual(["audit.exported", "user.password_confirmed", "user.password_refused"]);

    // For the next quarter of an hour, nothing is asked.
    expect(await downloaded(page, () => link.click())).toContain("user.password_confirmed");

    // The file's address itself, as it may have been kept: a page asks, and goes on.
    await stale();
    await page.goto(`/admin/audit/export?actor=${admin.id}`);
    await expect(page).toHaveURL(/\/admin\/confirm\?next=/);
    await expectAccessible(page);
    await page.getByLabel("Password", { exact: true }).fill(admin.password);
    const kept = await downloaded(page, () => page.getByRole("button", { name: "Confirm" }).click());
    expect(kept).toContain(admin.email);
    await page.getByRole("link", { name: "Go back to the list" }).click();
    await expect(page).toHaveURL(`/admin/audit?actor=${admin.id}`);
    expect((await audited()).filter((action) => action === "audit.exported")).toHaveLength(3);
  });

  test("sees on the overview how the portal is doing, and goes on to what is behind a number", async ({ page, makeKey }) => {
    const key = await makeKey();
    await query(
      `INSERT INTO usage_days (key_id, user_id, day, calls, credits)
       SELECT id, user_id, (now() AT TIME ZONE 'UTC')::date - days, 1000, 2000 FROM api_keys, unnest('{0,7,40}'::int[]) days WHERE uuid = $1`,
      [key.id],
    );
    // Other tests report calls meanwhile: what the page shows lies between before and after.
    const calls = async (daysAgo: number) => {
      const text = "SELECT sum(calls)::int AS calls FROM usage_days WHERE day = (now() AT TIME ZONE 'UTC')::date - $1::int";
      return Number((await query(text, [daysAgo]))[0]?.calls);
    };
    const before = [await calls(0), await calls(7)];
    await page.goto("/admin");
    const number = page.getByRole("list", { name: "Numbers" }).getByRole("link", { name: "Calls today" });
    const [, today = "", note = ""] = await number.locator("span").allTextContents();
    expect(note).toMatch(/^[\d,]+ on \w{3} \d+ \w{3}, the whole day$/);
    const shown = [today, note].map((text) => Number.parseInt(text.replaceAll(",", ""), 10));
    const after = [await calls(0), await calls(7)];
    expect(before[0]).toBeGreaterThanOrEqual(1000);
    for (const [index, value] of shown.entries()) {
      expect(value).toBeGreaterThanOrEqual(before[index] ?? Number.NaN);
      expect(value).toBeLessThanOrEqual(after[index] ?? Number.NaN);
    }
    const links = await page
      .getByRole("list", { name: "Numbers" })
      .getByRole("link")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(links).toStrictEqual([
      "/admin/users",
      "/admin/keys?status=active",
      "/admin/keys?sort=-used",
      "/admin/users?filter=low-credits",
      "/admin/keys?status=expiring",
      "/admin/keys?sort=-used",
    ]);
    await page.getByText("Show the days as a table").click();
    await expect(page.getByRole("table", { name: "Calls and credits per day" }).getByRole("row")).toHaveCount(32);
    await expect(page.getByRole("list", { name: "Audit entries" }).getByText("Key created").first()).toBeVisible();
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScrolling(page);
    await page.getByRole("link", { name: "All entries" }).click();
    await expect(page).toHaveURL("/admin/audit");
  });
});

base.describe("A visitor who is staff but not signed in", () => {
  base.use({ expectedProblems: /status of 404/ });

  base("gets from the 404 page to the page they came for", async ({ page }) => {
    const person = await newUser();
    await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
    expect((await page.goto("/admin/audit"))?.status()).toBe(404);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("E-mail address").fill(person.email);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL("/admin/audit");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit");
  });
});
