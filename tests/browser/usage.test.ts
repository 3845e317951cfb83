import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import type { Page } from "@playwright/test";
import { DAY_MS } from "../../lib/values/days";
import { newKey, query, type TestKey } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { reportCalls } from "../support/usage";
import { expect, expectAccessible, expectNoSidewaysScrolling, layoutShift, tabTo, test } from "./fixtures";
import { fillSignIn, openAccountMenu, signInTo } from "./people";

/** The UTC day so many days ago, as the page writes it and as files do. */
function dayAgo(days: number): { text: string; date: string } {
  const at = new Date(Date.now() - days * DAY_MS);
  const options = { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" } as const;
  return { text: new Intl.DateTimeFormat("en-GB", options).format(at).replace(",", ""), date: at.toISOString().slice(0, 10) };
}

/** Someone with two keys: 80 credits a day in the last full week, and some calls of a month ago. */
async function busyPerson(): Promise<{ person: TestUser; production: TestKey; staging: TestKey }> {
  const person = await newUser();
  const production = await newKey(person, { key_name: "Production, =East" });
  const staging = await newKey(person, { key_name: "Staging" });
  await reportCalls(production.api_key, 4, { daysAgo: 1, delta: 100 });
  await reportCalls(staging.api_key, 16, { daysAgo: 3, delta: 10 });
  await reportCalls(staging.api_key, 2, { daysAgo: 0, delta: 5 });
  await reportCalls(production.api_key, 7, { daysAgo: 20, delta: 2 });
  await query(
    "INSERT INTO usage_days (key_id, user_id, day, calls, credits) SELECT id, user_id, $2::date, 1000, 3000 FROM api_keys WHERE uuid = $1",
    [production.id, dayAgo(60).date],
  );
  return { person, production, staging };
}

const chart = (page: Page, name: "Calls per day" | "Credits per day") => page.getByRole("figure", { name });
const dayTable = (page: Page) => page.getByRole("table", { name: "Calls and credits per day" });
const keyTable = (page: Page) => page.getByRole("table", { name: "Calls and credits per key" });

async function cellsOf(table: ReturnType<typeof dayTable>): Promise<string[][]> {
  const rows = await table.getByRole("row").all();
  return Promise.all(
    rows.map(async (row) => (await row.getByRole("cell").or(row.getByRole("rowheader")).allInnerTexts()).map(oneLine)),
  );
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

test.describe("On the usage page a person", () => {
  test("sees how many credits are left and how long they last", async ({ page }) => {
    const { person } = await busyPerson();
    await signInTo(page, "/usage", person);
    await expect(page).toHaveTitle("Usage · Latchkey");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Usage");
    await expect(page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "Usage" })).toHaveAttribute(
      "aria-current",
      "page",
    );
    const credits = page.getByRole("region", { name: "Credits" });
    // 1000 at the start; 400 + 160 in the full week, 10 today, 14 earlier.
    await expect(credits).toContainText("Credits left416");
    await expect(credits).toContainText("About 5 days left, at 80 credits a day: the average of the last 7 full days.");
    await expect(page.getByText("Days are UTC days, and today is not over.")).toBeVisible();

    await query("INSERT INTO credit_entries (user_id, amount, kind, reason) VALUES ($1, 500, 'adjustment', 'Refund')", [
      person.id,
    ]);
    await page.reload();
    expect(await cellsOf(page.getByRole("table", { name: "Ledger of credits" }))).toStrictEqual([
      [],
      [expect.stringMatching(/^Added by staff Refund \d+ \w+ 20\d\d, \d\d:\d\d$/), "+500", "916"],
      ["Calls", "−584", ""],
      [expect.stringMatching(/^For signing up \d+ \w+ 20\d\d, /), "+1,000", "1,000"],
    ]);
    await expectAccessible(page);
  });

  test("is told when nothing is left, when calls began today, and when there were none of late", async ({ page }) => {
    const person = await newUser();
    const key = await newKey(person, { key_name: "Only one" });
    await reportCalls(key.api_key, 1, { daysAgo: 20, delta: 1 });
    await signInTo(page, "/usage", person);
    const credits = page.getByRole("region", { name: "Credits" });
    await expect(credits).toContainText("No calls in the last 7 days.");
    const today = dayAgo(0).text;
    await reportCalls(key.api_key, 1, { daysAgo: 0, delta: 0 });
    await page.reload();
    // After midnight in UTC it is yesterday's call.
    if (dayAgo(0).text === today)
      await expect(credits).toContainText("No calls in the 7 days before today, so how long they last shows tomorrow.");
    await reportCalls(key.api_key, 1, { daysAgo: 2, delta: 0 });
    await page.reload();
    await expect(credits).toContainText("The calls of the last 7 days cost nothing.");
    await reportCalls(key.api_key, 1, { daysAgo: 0, delta: 999 });
    await page.reload();
    await expect(credits).toContainText("None are left. Calls that cost credits are refused until some are added.");
    await reportCalls(key.api_key, 1, { daysAgo: 0, delta: 1500 });
    await page.reload();
    await expect(credits).toContainText("Credits overdrawn1,500You used 1,500 credits more than you had.");
    await expectAccessible(page);
  });

  test("sees calls and credits per day, each day readable on its bar, and switches the period", async ({ page }) => {
    const { person } = await busyPerson();
    await signInTo(page, "/usage", person);
    await expect(chart(page, "Calls per day")).toContainText("29 calls in all");
    await expect(chart(page, "Credits per day")).toContainText("584 credits in all");
    const bars = chart(page, "Calls per day").getByRole("radio");
    await expect(bars).toHaveCount(30);
    await expect(bars.nth(28)).toHaveAccessibleName(`${dayAgo(1).text}: 4 calls, 400 credits`);
    const tip = (daysAgo: number) => chart(page, "Calls per day").locator("label span").getByText(dayAgo(daysAgo).text);
    // By pointing, by touching, and by the arrow keys.
    await expect(tip(3)).toBeHidden();
    await bars.nth(26).locator("..").hover();
    await expect(tip(3)).toBeVisible();
    await page.mouse.move(0, 0);
    await bars.nth(28).locator("..").click();
    await page.mouse.move(0, 0);
    await expect(tip(1)).toBeVisible();
    await expect(tip(3)).toBeHidden();
    await page.keyboard.press("ArrowRight");
    await expect(tip(0)).toBeVisible();
    await expect(tip(1)).toBeHidden();

    const period = page.getByRole("navigation", { name: "Period" });
    await expect(period.locator("[aria-current]")).toHaveText("30 days");
    await period.getByRole("link", { name: "90 days" }).click();
    await expect(page).toHaveURL("/usage?days=90");
    await expect(chart(page, "Calls per day")).toContainText("1,029 calls in all");
    await expect(bars).toHaveCount(90);
    await period.getByRole("link", { name: "7 days" }).click();
    await expect(chart(page, "Calls per day")).toContainText("22 calls in all");
    await expect(period.locator("[aria-current]")).toHaveText("7 days");
    await page.reload();
    await expect(chart(page, "Credits per day")).toContainText("570 credits in all");
    await page.goBack();
    await expect(chart(page, "Calls per day")).toContainText("1,029 calls in all");
  });

  test("filters by a key, and keeps the period", async ({ page }) => {
    const { person, production } = await busyPerson();
    await signInTo(page, "/usage?days=7", person);
    expect(await cellsOf(keyTable(page))).toStrictEqual([
      [],
      [`Production, =East ${production.api_key.slice(0, 14)}...`, "4", "400"],
      [expect.stringMatching(/^Staging mf_live_\w{6}\.\.\.$/), "18", "170"],
    ]);
    await keyTable(page).getByRole("link", { name: "Production, =East" }).click();
    await expect(page).toHaveURL(`/usage?days=7&key=${production.id}`);
    await expect(page.getByText(`Only Production, =East`)).toBeVisible();
    // Each call cost the same: a chart of credits would be the same again.
    await expect(chart(page, "Calls per day")).toContainText("4 calls and 400 credits in all");
    await expect(page.getByRole("figure")).toHaveCount(1);
    await expect(keyTable(page).locator("[aria-current]")).toHaveText("Production, =East");
    await page.getByRole("navigation", { name: "Period" }).getByRole("link", { name: "90 days" }).click();
    await expect(chart(page, "Credits per day")).toContainText("3,414 credits in all");
    await page.getByRole("link", { name: "Show all keys" }).click();
    await expect(page).toHaveURL("/usage?days=90");
    await expect(chart(page, "Credits per day")).toContainText("3,584 credits in all");
  });

  test("reads the same numbers as a table, with the keyboard alone", async ({ page }) => {
    const { person } = await busyPerson();
    await signInTo(page, "/usage?days=7", person);
    await expect(dayTable(page)).toBeHidden();
    await tabTo(page, "Show the days as a table");
    await page.keyboard.press("Enter");
    await expect(dayTable(page)).toBeVisible();
    expect(await cellsOf(dayTable(page))).toStrictEqual([
      [],
      [dayAgo(0).text, "2", "10"],
      [dayAgo(1).text, "4", "400"],
      [dayAgo(2).text, "0", "0"],
      [dayAgo(3).text, "16", "160"],
      [dayAgo(4).text, "0", "0"],
      [dayAgo(5).text, "0", "0"],
      [dayAgo(6).text, "0", "0"],
      ["Total", "22", "570"],
    ]);
    await expectAccessible(page);
  });

  test("downloads a CSV that holds the same numbers, of all keys and of one", async ({ page }) => {
    const { person, production, staging } = await busyPerson();
    await signInTo(page, "/usage?days=7", person);
    const masked = (key: TestKey) => `${key.api_key.slice(0, 14)}...`;
    const header = "\uFEFFdate,key,credential,calls,credits";
    const ofProduction = `${dayAgo(1).date},"Production, =East",${masked(production)},4,400`;
    const empty = (days: number) => `${dayAgo(days).date},,,0,0`;

    const [all] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download CSV" }).click()]);
    expect(all.suggestedFilename()).toBe(`latchkey-usage-${dayAgo(6).date}-to-${dayAgo(0).date}.csv`);
    expect((await fs.readFile(await all.path(), "utf8")).split("\r\n")).toStrictEqual([
      header,
      empty(6),
      empty(5),
      empty(4),
      `${dayAgo(3).date},Staging,${masked(staging)},16,160`,
      empty(2),
      ofProduction,
      `${dayAgo(0).date},Staging,${masked(staging)},2,10`,
      "",
    ]);

    await keyTable(page).getByRole("link", { name: "Production, =East" }).click();
    await expect(chart(page, "Calls per day")).toContainText("4 calls and 400 credits in all");
    const [one] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download CSV" }).click()]);
    const lines = (await fs.readFile(await one.path(), "utf8")).split("\r\n");
    expect(lines).toStrictEqual([header, empty(6), empty(5), empty(4), empty(3), empty(2), ofProduction, empty(0), ""]);
  });

  test("still finds the calls of deleted keys in the totals", async ({ page }) => {
    const { person, production } = await busyPerson();
    await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [production.id]);
    await signInTo(page, "/usage?days=7", person);
    await expect(chart(page, "Credits per day")).toContainText("570 credits in all");
    expect(await cellsOf(keyTable(page))).toStrictEqual([
      [],
      [expect.stringMatching(/^Staging/), "18", "170"],
      ["Deleted keys", "4", "400"],
    ]);
    await expect(page.getByRole("main")).not.toContainText("Production");
    const file = await page.request.get("/usage/export?days=7");
    expect(await file.text()).toContain(`\r\n${dayAgo(1).date},Deleted keys,,4,400\r\n`);
    expect(file.headers()["content-type"]).toBe("text/csv; charset=utf-8");
    expect(file.headers()["cache-control"]).toBe("no-store");
  });

  test("who has no calls yet is told what will be here, and where keys are", async ({ page }) => {
    const person = await newUser();
    await signInTo(page, "/usage", person);
    await expect(page.getByRole("region", { name: "Credits" })).toContainText("Credits left1,000No calls in the last 7 days.");
    await expect(page.getByText("Calls made with your keys are counted here, by day and by key.")).toBeVisible();
    await expect(page.getByRole("main").getByRole("link", { name: "Go to your keys" })).toHaveAttribute("href", "/keys");
    await expect(page.getByRole("figure")).toHaveCount(0);
    await expectAccessible(page);
  });

  test("gets the usual page for an address that was typed wrongly", async ({ page }) => {
    const { person } = await busyPerson();
    await signInTo(page, "/usage?days=31&key=mine&days=x", person);
    await expect(chart(page, "Calls per day")).toContainText("29 calls in all");
    expect((await page.request.get("/usage/export?days=-1&key=%00&x=1")).status()).toBe(200);
  });

  test("without a session signs in first and comes back to the same view", async ({ page }) => {
    const { person, production } = await busyPerson();
    const view = `/usage?days=90&key=${production.id}`;
    const file = await page.request.get(`/usage/export?days=90&key=${production.id}`, { maxRedirects: 0 });
    expect([file.status(), file.headers().location]).toStrictEqual([307, `/sign-in?next=${encodeURIComponent(view)}`]);
    await page.goto(view);
    await fillSignIn(page, person);
    await expect(page).toHaveURL(view);
    await expect(chart(page, "Credits per day")).toContainText("3,414 credits in all");
  });

  test("can choose dark and sign out on it: its forms are not taken for reports of calls", async ({ page }) => {
    const person = await newUser();
    await signInTo(page, "/usage", person);
    await openAccountMenu(page);
    await page.getByRole("button", { name: "Dark" }).click();
    await expect(page.getByRole("button", { name: "Dark" })).toHaveAttribute("aria-pressed", "true");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL("/sign-in");
  });

  for (const width of [360, 1440]) {
    test(`can read it at ${width} pixels, and nothing moves while it loads`, async ({ page }) => {
      const { person } = await busyPerson();
      await page.setViewportSize({ width, height: 900 });
      await signInTo(page, "/usage?days=90", person);
      await page.reload();
      await expect(chart(page, "Calls per day")).toBeVisible();
      expect(await layoutShift(page)).toBeLessThan(0.02);
      await page.getByText("Show the days as a table").click();
      await expectNoSidewaysScrolling(page);
    });
  }
});

test.describe("Without JavaScript a person", () => {
  test.use({ javaScriptEnabled: false });

  test("reads usage, filters it, and signs out", async ({ page }) => {
    const { person } = await busyPerson();
    await signInTo(page, "/usage", person);
    await keyTable(page).getByRole("link", { name: "Staging" }).click();
    await expect(chart(page, "Calls per day")).toContainText("18 calls in all");
    await page.getByText("Show the days as a table").click();
    await expect(dayTable(page)).toBeVisible();
    await page.getByRole("link", { name: "Show all keys" }).click();
    await openAccountMenu(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL("/sign-in");
  });
});

test.describe("Someone else's key in the address", () => {
  test.use({ expectedProblems: /404 \(Not Found\)/ });

  test("is not found, whether it exists or not, and its file neither", async ({ page }) => {
    const { production } = await busyPerson();
    await signInTo(page, "/usage", await newUser());
    for (const id of [production.id, randomUUID()]) {
      const answer = await page.goto(`/usage?key=${id}`);
      expect(answer?.status()).toBe(404);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
      await expect(page.getByRole("main")).not.toContainText("Production");
      const file = await page.request.get(`/usage/export?key=${id}`);
      expect([file.status(), await file.text()]).toStrictEqual([404, ""]);
    }
    await expectAccessible(page);
  });
});
