import { newKey, query, verify, verifyCode } from "../support/client";
import { newUser } from "../support/people";
import { reportCalls } from "../support/usage";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { test } from "./signed-in";

test.describe("On a key's own page a person", () => {
  test("comes from the list and reads its facts, its use by day and outcome, and what was done to it", async ({
    page,
    makeKey,
  }) => {
    const key = await makeKey({ key_name: "Production", expires_at: "2099-03-01T12:00:00Z" });
    await reportCalls(key.api_key, 4);
    await query(
      `INSERT INTO verification_days SELECT id, (now() AT TIME ZONE 'UTC')::date - days, code, count FROM api_keys,
       (VALUES (0, 'VALID', 1200), (0, 'EXPIRED', 7), (1, 'EXPIRED', 2), (1, 'CREDITS_EXHAUSTED', 1)) AS n(days, code, count)
       WHERE uuid = $1`,
      [key.id],
    );
    await query(
      `INSERT INTO key_refusals (key_id, at, code, asked)
       SELECT id, now() - hours * interval '1 hour', code, asked FROM api_keys,
       (VALUES (2, 'EXPIRED', NULL), (3, 'INSUFFICIENT_PERMISSIONS', 'mail:send'), (4, 'EXPIRED', NULL), (200, 'REVOKED', NULL)) AS n(hours, code, asked)
       WHERE uuid = $1`,
      [key.id],
    );
    await page.goto("/keys");
    await page.getByRole("link", { name: "Production" }).click();
    await expect(page).toHaveURL(`/keys/${key.id}`);
    await expect(page).toHaveTitle("Production · Latchkey");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Production");
    const facts = page.locator("dl").first();
    await expect(facts).toContainText(`${key.api_key.slice(0, 14)}...`);
    await expect(facts).toContainText(key.id);
    await expect(facts).toContainText("1 Mar 2099, 15:00");
    const usage = page.getByRole("region", { name: "Usage" });
    await expect(usage).toContainText("Days are UTC days, and today is not over.");
    await expect(usage.getByRole("figure", { name: "Calls per day" })).toContainText("4 calls and 4 credits in all");
    const outcomes = usage.getByRole("figure", { name: "Verifications per day" });
    await expect(outcomes).toContainText("1,200 valid, 10 refused");
    await expect(outcomes.getByRole("listitem")).toHaveText(["1,200 valid", "9 after it expired", "1 without credits"]);
    await expect(outcomes.getByRole("radio").last()).toHaveAccessibleName(/^\w{3} \d+ \w{3,4}: 1,200 valid, 7 after it expired$/);
    // No two of the legend look alike without their colours.
    const marks = await outcomes.locator("pattern path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
    expect(new Set(marks).size).toBe(2);
    await usage.getByText("Show the days as a table").click();
    await expect(usage.getByRole("row").nth(1)).toHaveText(/^\w{3} \d+ \w{3,4}\s*4\s*4\s*1,200\s*7$/);
    await expect(usage.getByRole("row").nth(2)).toHaveText(/^\w{3} \d+ \w{3,4}\s*0\s*0\s*0\s*3$/);
    await expect(page.getByRole("region", { name: "History" }).getByRole("listitem")).toHaveText([
      /^Created by you from 203(\.\d+){3}/,
    ]);
    const refusals = page.getByRole("region", { name: "Refusals" });
    await expect(refusals.getByRole("listitem")).toHaveText([
      /^The key has expired\. EXPIREDA program still sends .*2 times, last 2 hours ago$/,
      /^The key does not grant this permission\. .*It asked for mail:send\.Once 3 hours ago$/,
    ]);
    await refusals.getByText("Each with its time").click();
    await expect(refusals.getByRole("list", { name: "Refusals" }).getByRole("listitem")).toHaveText([
      /^EXPIRED/,
      /^INSUFFICIENT_PERMISSIONS mail:send/,
      /^EXPIRED/,
    ]);
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScrolling(page);
  });

  test("sees that it waits for its first call, why that was refused, and that one was let in", async ({ page, makeKey }) => {
    const key = await makeKey({ key_name: "New" });
    await page.goto(`/keys/${key.id}`);
    const told = (sentence: string) => page.getByRole("status").filter({ hasText: sentence });
    await expect(told("Waiting for the first call…")).toBeVisible();
    await verify({ key: key.api_key, permission: "fly" });
    await expect(told("was refused. The key does not grant this permission. Create a key that may do")).toBeVisible();
    await expectAccessible(page);
    await verifyCode(key.api_key);
    await expect(told("The first call has arrived. The key works.")).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("New");
    await expect(told("first call")).toHaveCount(0);
  });

  test("renames it, notes something, takes permissions away and lets it end earlier", async ({ page, makeKey }) => {
    const key = await makeKey({ key_name: "Before" });
    await page.goto(`/keys/${key.id}`);
    await page.getByText("Edit", { exact: true }).click();
    const form = page.getByRole("region", { name: "Change" });
    await form.getByLabel("Name").fill("After");
    await form.getByLabel("Note").fill("On the old server.\nAsha knows.");
    await form.getByRole("checkbox", { name: /Programs may regenerate it/ }).check();
    await form.getByRole("radio", { name: "Take some away" }).check({ force: true });
    await form.getByLabel("Permissions that stay").fill("read");
    await form.getByRole("radio", { name: "End earlier" }).check({ force: true });
    await form.getByLabel("Last day").fill("2099-05-31");
    await form.getByRole("button", { name: "Save changes" }).click();
    await expect(form.getByRole("status")).toHaveText("Saved.");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("After");
    await expect(form.getByLabel("Name")).toHaveValue("After");
    await expect(form.getByRole("checkbox", { name: /Programs may regenerate it/ })).toBeChecked();
    await expect(page.locator("dl").first()).toContainText("Asha knows.");
    await expect(page.getByRole("region", { name: "History" }).getByRole("listitem")).toContainText([
      /Changed by you/,
      /Created/,
    ]);
    expect(
      await query(
        `SELECT before, after FROM audit_entries WHERE action = 'api_key.updated'
         AND target_id = (SELECT id::text FROM api_keys WHERE uuid = $1)`,
        [key.id],
      ),
    ).toStrictEqual([
      {
        before: { name: "Before", permissions: ["read", "write"], expires_at: null },
        after: {
          name: "After",
          permissions: ["read"],
          expires_at: "2099-05-31T21:00:00.000Z",
          note: "On the old server.\nAsha knows.",
          self_rotation: true,
        },
      },
    ]);
    await expectAccessible(page);
  });

  for (const { zone, title, minute, instant } of [
    {
      zone: "Pacific/Kiritimati",
      title: "Pacific/Kiritimati (UTC+14)",
      minute: "1 Jan 2026, 03:30",
      instant: "2099-12-31T10:00:00Z",
    },
    {
      zone: "America/St_Johns",
      title: /America\/St Johns \(UTC−[23]:30\)/,
      minute: "31 Dec 2025, 10:00",
      instant: "2100-01-01T03:30:00Z",
    },
  ]) {
    test(`reads times as they are in ${zone}, said once, and the last day is never a day late`, async ({
      page,
      person,
      makeKey,
    }) => {
      const key = await makeKey({ key_name: "Zoned" });
      await query("UPDATE users SET timezone = $2 WHERE id = $1", [person.id, zone]);
      await query("UPDATE api_keys SET created_at = '2025-12-31T13:30:00Z' WHERE uuid = $1", [key.id]);
      await page.goto(`/keys/${key.id}`);
      await expect(page.getByText(/^Times are in /)).toHaveCount(1);
      await expect(page.getByText(/^Times are in /)).toContainText(title);
      await expect(page.locator("dl").first()).toContainText(minute);
      await page.getByText("Edit", { exact: true }).click();
      const form = page.getByRole("region", { name: "Change" });
      await form.getByRole("radio", { name: "End earlier" }).check({ force: true });
      await form.getByLabel("Last day").fill("2099-12-31");
      await form.getByRole("button", { name: "Save changes" }).click();
      await expect(form.getByRole("status")).toHaveText("Saved.");
      await expect(page.locator("dl").first()).toContainText("end of 31 Dec 2099");
      expect(await query("SELECT expires_at FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual([
        { expires_at: new Date(instant) },
      ]);
      await page.goto("/keys");
      await expect(page.getByRole("row", { name: /Zoned/ })).toContainText("end of 31 Dec 2099");
    });
  }

  test("cannot give it what it did not have", async ({ page, makeKey }) => {
    const key = await makeKey({ key_name: "Narrow", permissions: ["read"], expires_at: "2090-01-01T00:00:00Z" });
    await page.goto(`/keys/${key.id}`);
    await page.getByText("Edit", { exact: true }).click();
    const form = page.getByRole("region", { name: "Change" });
    await form.getByRole("radio", { name: "Take some away" }).check({ force: true });
    await form.getByLabel("Permissions that stay").fill("read, write");
    const tick = form.getByRole("checkbox", { name: "Programs may regenerate it" });
    await tick.check();
    await form.getByRole("button", { name: "Save changes" }).click();
    await expect(form.getByLabel("Permissions that stay")).toHaveAccessibleDescription(
      /^A key cannot get what it did not have\./,
    );
    await expect(form.getByLabel("Permissions that stay")).toHaveValue("read, write");
    await expect(tick).toBeChecked();
    await form.getByRole("radio", { name: "Keep" }).first().check({ force: true });
    await form.getByRole("radio", { name: "End earlier" }).check({ force: true });
    await form.getByLabel("Last day").fill("2091-01-01");
    await form.getByRole("button", { name: "Save changes" }).click();
    await expect(form.getByLabel("Last day")).toHaveAccessibleDescription(/^A key cannot end later than it does now\./);
    expect(await query("SELECT name, permissions, expires_at FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual([
      { name: "Narrow", permissions: ["read"], expires_at: new Date("2090-01-01T00:00:00Z") },
    ]);
  });

  test("revokes it in the danger zone at the end, and can change nothing any more", async ({ page, makeKey }) => {
    const key = await makeKey({ key_name: "Ending" });
    await page.goto(`/keys/${key.id}`);
    const zone = page.getByRole("region", { name: "Danger zone" });
    await zone.getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByRole("alertdialog").getByRole("button", { name: "Cancel" })).toBeFocused();
    await page.getByRole("alertdialog").getByRole("checkbox").check();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
    await expect(zone).toHaveCount(0);
    await expect(page.getByText("Edit", { exact: true })).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Regenerate key" })).toHaveCount(0);
    await expect(page.getByText("Revoked", { exact: true }).first()).toBeVisible();
    expect(await verifyCode(key.api_key)).toBe("REVOKED");
    await expectAccessible(page);
  });
});

test.describe("At the address of a key that is not theirs a person", () => {
  test.use({ expectedProblems: /^console: Failed to load resource: .* 404 / });

  test("sees the 404 page, whether it is someone else's, unknown or no id at all", async ({ page, makeKey }) => {
    await makeKey();
    const foreign = await newKey(await newUser());
    for (const id of [foreign.id, "00000000-0000-4000-8000-000000000000", "1234", "a%20b"]) {
      const answer = await page.goto(`/keys/${id}`);
      expect(answer?.status()).toBe(404);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
      await expect(page).toHaveTitle("Page not found · Latchkey");
    }
    await expectAccessible(page);
  });
});

test("A visitor who opens a key's page is sent to sign in and back", async ({ page }) => {
  const answer = await page.request.get("/keys/550e8400-e29b-41d4-a716-446655440000", { maxRedirects: 0 });
  expect(answer.status()).toBe(307);
  expect(answer.headers().location).toBe("/sign-in?next=%2Fkeys%2F550e8400-e29b-41d4-a716-446655440000");
});
