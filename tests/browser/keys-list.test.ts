import type { Locator, Page, Route } from "@playwright/test";
import { DAY_MS } from "../../lib/values/days";
import { newKey, query, sha256 } from "../support/client";
import { newUser } from "../support/people";
import { reportCalls } from "../support/usage";
import { expect, expectAccessible, expectNoSidewaysScrolling, layoutShift, runInBash } from "./fixtures";
import { test } from "./signed-in";

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const row = (page: Page, name: string): Locator => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
const names = (page: Page): Locator =>
  page.getByRole("table", { name: "Your keys" }).getByRole("rowheader").locator("css=[data-name]");

test.describe("On the page of keys a person", () => {
  test("who has none reads what a key is for, and gets one by pasting the command", async ({ page, person, baseURL }) => {
    await page.goto("/keys");
    await expect(page).toHaveTitle("Keys · Latchkey");
    await expect(page.getByText("A key lets a program of yours call the API in your name.")).toBeVisible();
    await expectAccessible(page);
    const command = await page
      .getByRole("figure", { name: /Create a key/ })
      .locator("code")
      .textContent();
    expect(command).toContain(`${baseURL}/api/auth/keys/create/`);
    const output = runInBash((command ?? "").replace("your password", person.password));
    expect(output).toContain('"api_key":"mf_live_');
    await page.reload();
    await expect(page.getByRole("status").filter({ hasText: "1 key." })).toBeVisible();
  });

  test("sees of each key name, masked credential, status, permissions, calls, last use and dates", async ({
    page,
    person: _person,
    makeKey,
  }) => {
    const key = await makeKey({
      key_name: "Billing service",
      permissions: { sms: ["send"] },
      expires_at: "2099-03-01T12:00:00Z",
    });
    const idle = await makeKey({ key_name: "Idle" });
    await reportCalls(key.api_key, 3);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto("/keys");
    const billing = row(page, "Billing service");
    await expect(billing.getByText(`${key.api_key.slice(0, 14)}...`)).toBeVisible();
    expect(await page.content()).not.toContain(key.api_key.slice(0, 16));
    await expect(billing.getByRole("cell")).toContainText([
      /^Active$/,
      /^sms:send$/,
      /3 calls/,
      /just now|minute/,
      /20\d\d/,
      /1 Mar 2099/,
    ]);
    await expect(row(page, "Idle").getByRole("cell")).toContainText([
      /Active/,
      /read, write/,
      /No calls/,
      /Never/,
      /20\d\d/,
      /Never/,
    ]);
    // Whose zone is Dar es Salaam, three hours ahead of UTC.
    await expect(billing.getByText("1 Mar 2099")).toHaveAttribute("title", "1 Mar 2099, 15:00 UTC+3");

    // One scale for all: one call of a day is a third of three.
    await reportCalls(idle.api_key, 1);
    await page.reload();
    await expect(page.getByRole("columnheader", { name: /Calls in 30 days/ })).toContainText("Full height: 3 a day");
    const bars = (name: string) => row(page, name).locator("svg path").last();
    await expect(bars("Billing service")).toHaveAttribute("d", /v-19\.0$/);
    await expect(bars("Idle")).toHaveAttribute("d", /v-6\.3$/);
  });

  test("tells every status by its word, keeps one by filtering, and finds those revoked long ago when asking for them", async ({
    page,
    person,
    makeKey,
  }) => {
    await makeKey({ key_name: "plain" });
    await makeKey({ key_name: "soon over", expires_at: inDays(3) });
    await makeKey({ key_name: "over", expires_at: inDays(-1) });
    const revoked = await makeKey({ key_name: "ended" });
    const replaced = await makeKey({ key_name: "in exchange" });
    const headers = { Authorization: `Bearer ${person.access}` };
    await page.request.post(`/api/auth/keys/${revoked.id}/revoke/`, { headers });
    await page.request.post(`/api/auth/keys/${replaced.id}/regenerate/`, { headers, data: { grace_seconds: 3600 } });
    const old = await makeKey({ key_name: "ended long ago" });
    await page.request.post(`/api/auth/keys/${old.id}/revoke/`, { headers });
    await query("UPDATE api_keys SET revoked_at = now() - interval '2 hours' WHERE uuid = $1", [old.id]);
    await page.goto("/keys?sort=name");
    await expect(names(page)).toHaveText(["ended", "in exchange", "over", "plain", "soon over"]);
    await expect(page.getByRole("status").filter({ hasText: "5 keys. One revoked key is not shown." })).toBeVisible();
    const filter = page.getByRole("navigation", { name: "Status" }).getByRole("link");
    const counts = ["Current 5", "Active 1", "Expiring 1", "Rotating 1", "Disabled 0", "Expired 1", "Revoked 2", "All 6"];
    await expect(filter).toHaveText(counts);
    await page.getByRole("link", { name: "Show revoked" }).click();
    await expect(names(page)).toHaveText(["ended", "ended long ago"]);
    await filter.filter({ hasText: "All" }).click();
    await expect(names(page)).toHaveCount(6);
    const words = { plain: "Active", "soon over": "Expiring", over: "Expired", ended: "Revoked", "in exchange": "Rotating" };
    for (const [name, word] of Object.entries(words)) {
      await expect(row(page, name).getByRole("cell").getByText(word, { exact: true })).toBeVisible();
    }
    await expect(row(page, "in exchange")).toContainText(`${replaced.api_key.slice(0, 14)}... works until`);
    for (const [name, word] of Object.entries(words)) {
      await filter.filter({ hasText: word }).click();
      await expect(names(page)).toHaveText(word === "Revoked" ? ["ended", "ended long ago"] : [name]);
    }
    await page.reload();
    await expect(names(page)).toHaveText(["in exchange"]);
    await page.getByRole("link", { name: "Show all" }).click();
    await expect(page).toHaveURL(/\/keys\?sort=name$/);
    expect(await query("SELECT count(*)::int AS count FROM api_keys WHERE user_id = $1", [person.id])).toStrictEqual([
      { count: 6 },
    ]);
  });

  test("finds a key by its name, and by the part of its credential that is shown", async ({ page, makeKey }) => {
    const first = await makeKey({ key_name: "Staging 100%", note: "On the server in Zu\u0308rich" });
    await makeKey({ key_name: "Production" });
    await page.goto("/keys");
    const search = page.getByRole("searchbox");
    await search.fill("prod");
    await expect(names(page)).toHaveText(["Production"]);
    await expect(page).toHaveURL(/\?q=prod$/);
    await search.fill("in zürich");
    await expect(names(page)).toHaveText(["Staging 100%"]);
    await search.fill("100%");
    await expect(names(page)).toHaveText(["Staging 100%"]);
    await search.fill(`${first.api_key.slice(0, 14)}...`);
    await expect(page).toHaveURL(new RegExp(`q=${first.api_key.slice(0, 14)}`));
    await expect(names(page)).toHaveText(["Staging 100%"]);
    await page.reload();
    await expect(search).toHaveValue(/^mf_live_/);
    await expect(names(page)).toHaveText(["Staging 100%"]);
    await search.fill("nothing like it");
    await expect(page.getByRole("status").filter({ hasText: "No key fits." })).toBeVisible();
    await expectAccessible(page);
  });

  test("finds a key by pasting it whole, which never leaves the browser", async ({ page, person, makeKey }) => {
    const wanted = await makeKey({ key_name: "The one" });
    await makeKey({ key_name: "Another" });
    const headers = { Authorization: `Bearer ${person.access}` };
    const replaced = await makeKey({ key_name: "Replaced one" });
    await page.request.post(`/api/auth/keys/${replaced.id}/regenerate/`, { headers, data: { grace_seconds: 3600 } });
    await page.goto("/keys");
    const sent: string[] = [];
    page.on("request", (request) =>
      sent.push(`${request.url()}\n${request.postData() ?? ""}\n${JSON.stringify(request.headers())}`),
    );
    for (const [text, name] of [
      [wanted.api_key, "The one"],
      [`API_SECRET=${wanted.secret_key}\n`, "The one"],
      [replaced.api_key, "Replaced one"],
    ] as const) {
      await page.getByRole("searchbox").fill(text);
      await expect(names(page)).toHaveText([name]);
      await expect(page.getByRole("searchbox")).toHaveValue(/^(mf_live_.{6})…$/);
    }
    await expect(page).toHaveURL(`/keys?digest=${sha256(replaced.api_key)}`);
    const random = [wanted.api_key, wanted.secret_key, replaced.api_key].map((credential) => credential.slice(14));
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.filter((text) => random.some((part) => text.includes(part)))).toStrictEqual([]);
    await page.reload();
    await expect(names(page)).toHaveText(["Replaced one"]);
  });

  test("keeps what is typed in the moment in which an answer arrives", async ({ page, makeKey }) => {
    await makeKey({ key_name: "The one" });
    await makeKey({ key_name: "Another" });
    await page.goto("/keys");
    const box = page.getByRole("searchbox");
    await box.evaluate((field: HTMLInputElement) => {
      // Observers are told once the page has changed, before what React does after a change.
      const observer = new MutationObserver(() => {
        if (document.querySelector("main tbody")?.textContent?.includes("The one")) return;
        observer.disconnect();
        field.value = "the one";
        field.form?.requestSubmit();
      });
      observer.observe(document.querySelector("main tbody") as Element, { childList: true, subtree: true });
    });
    await box.fill("another");
    await expect(names(page)).toHaveText(["The one"]);
    await expect(box).toHaveValue("the one");
    // The field is the one in which it was typed.
    await expect(box).toBeFocused();
  });

  test("looks for what was typed before the page's scripts ran", async ({ page, makeKey }) => {
    await makeKey({ key_name: "The one" });
    await makeKey({ key_name: "Another" });
    let run = () => {};
    const typed = new Promise<void>((resolve) => {
      run = resolve;
    });
    await page.route("**/*.js", async (route) => {
      await typed;
      await route.continue();
    });
    await page.goto("/keys", { waitUntil: "commit" });
    await page.getByRole("searchbox").fill("another");
    run();
    await expect(names(page)).toHaveText(["Another"]);
    await expect(page.getByRole("searchbox")).toHaveValue("another");
  });

  test("does not find someone else's key by pasting it", async ({ page, makeKey }) => {
    await makeKey();
    const foreign = await newKey(await newUser(), { key_name: "Foreign" });
    await page.goto("/keys");
    await page.getByRole("searchbox").fill(foreign.api_key);
    await expect(page.getByRole("status").filter({ hasText: "None of your keys has the credential" })).toBeVisible();
  });

  test("sorts by a column's heading, and turns pages, kept when the page is loaded again", async ({ page, makeKey }) => {
    for (let number = 1; number <= 27; number += 1) await makeKey({ key_name: `key ${String(number).padStart(2, "0")}` });
    await page.goto("/keys");
    await expect(names(page)).toHaveCount(25);
    await expect(names(page).first()).toHaveText("key 27");
    await page.getByRole("columnheader", { name: "Key", exact: true }).getByRole("link").click();
    await expect(names(page).first()).toHaveText("key 01");
    await expect(page.getByRole("columnheader", { name: "Key", exact: true })).toHaveAttribute("aria-sort", "ascending");
    await page.getByRole("link", { name: "Next" }).click();
    await expect(names(page)).toHaveText(["key 26", "key 27"]);
    await page.reload();
    await expect(names(page)).toHaveText(["key 26", "key 27"]);
    await expect(page.getByRole("link", { name: "Page 2", exact: true })).toHaveAttribute("aria-current", "page");

    // What is pressed says so before there is an answer.
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/keys?**", async (route) => {
      await held;
      await route.continue();
    });
    const first = page.getByRole("link", { name: "Page 1", exact: true });
    await first.click();
    await expect(first.locator("[data-pending]")).toBeVisible();
    await page.getByRole("searchbox").fill("key 03");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Searching…" })).toBeVisible();
    release();
    await expect(names(page)).toHaveText(["key 03"]);
    await expect(page.locator("[data-pending]")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Search", exact: true })).toBeVisible();
    await expect(page.getByRole("searchbox")).toBeFocused();
  });

  test("reaches a page whatever stands in its address", async ({ page, makeKey }) => {
    await makeKey({ key_name: "only" });
    for (const query of [
      "page=99",
      "page=-1",
      "page=x",
      "sort=;drop",
      "status=odd",
      "check=1&check=2",
      "q=a&q=b",
      "digest=zz",
      "q=%00",
    ]) {
      const answer = await page.goto(`/keys?${query}`);
      expect(answer?.status()).toBe(200);
      await expect(names(page)).toHaveText(["only"]);
    }
  });

  test("sees what is worth a look, counts that filter, and none where there is nothing", async ({ page, makeKey }) => {
    const old = await makeKey({ key_name: "old", expires_at: "2099-01-01" });
    await query("UPDATE api_keys SET last_used_at = now() - interval '91 days' WHERE uuid = $1", [old.id]);
    await page.goto("/keys");
    const cards = page.getByRole("navigation", { name: "Worth a look" }).getByRole("link");
    await expect(names(page)).toHaveCount(1);
    await expect(cards).toHaveCount(0);
    const used = await makeKey({ key_name: "open end" });
    await query("UPDATE api_keys SET last_used_at = now() WHERE uuid = $1", [used.id]);
    const soon = await makeKey({ key_name: "soon", expires_at: inDays(2) });
    await page.reload();
    await expect(cards).toHaveText([/Expiring soon\s*1/, /Unused for 90 days\s*1/, /Never expires\s*1/]);
    await query("UPDATE api_keys SET created_at = now() - interval '31 days' WHERE uuid = $1", [soon.id]);
    await page.reload();
    await expect(cards).toHaveText([/Expiring soon\s*1/, /Unused for 90 days\s*1/, /Never used\s*1/, /Never expires\s*1/]);
    for (const [card, name] of [
      ["Expiring soon", "soon"],
      ["Unused", "old"],
      ["Never used", "soon"],
      ["Never expires", "open end"],
    ] as const) {
      await cards.filter({ hasText: card }).click();
      await expect(names(page)).toHaveText([name]);
    }
    await cards.filter({ hasText: "Never expires" }).click();
    await expect(names(page)).toHaveCount(3);
  });

  test("sees nothing move while the page loads", async ({ page, makeKey }) => {
    for (const key_name of ["one", "two", "three"]) await makeKey({ key_name });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/keys");
      await expect(names(page)).toHaveCount(3);
      await page.evaluate(() => document.fonts.ready);
      expect(await layoutShift(page)).toBeLessThan(0.02);
    }

    // A row that comes later has no say in where the columns are.
    const columns = () =>
      page.getByRole("columnheader").evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().x));
    const before = await columns();
    await makeKey({ key_name: "W".repeat(100), permissions: ["a-rather-long-one:read", "another-long-one:write"] });
    await page.reload();
    await expect(names(page)).toHaveCount(4);
    expect(await columns()).toStrictEqual(before);
  });

  test("meets no accessibility problem and no sideways scrolling, at 360 and 1440 pixels", async ({ page, makeKey }) => {
    await makeKey({ key_name: "A name as long as names may be ".repeat(4).slice(0, 100) });
    await makeKey({ key_name: "x".repeat(100), permissions: Array.from({ length: 40 }, (_, index) => `permission-${index}`) });
    await makeKey({ key_name: "soon", expires_at: inDays(2) });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/keys");
      await expect(names(page)).toHaveCount(3);
      await expectNoSidewaysScrolling(page);
      await expectAccessible(page);
    }
  });
});

test.describe("Where code comes late, or not at all, a person", () => {
  test.use({ expectedProblems: /ERR_FAILED/ });

  test("sees at once that what was pressed is on its way, and still finds a key", async ({ page, makeKey }) => {
    await makeKey({ key_name: "Alpha" });
    await makeKey({ key_name: "Beta" });
    await page.goto("/keys", { waitUntil: "networkidle" });
    const held: Route[] = [];
    let isHolding = true;
    await page.route("**/_next/static/chunks/*.js", (route) => (isHolding ? void held.push(route) : route.continue()));
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.locator("[data-pending]")).toBeVisible();
    for (const route of held.splice(0)) await route.continue();
    await expect(page.getByRole("dialog")).toBeVisible();
    await expect(page.locator("[data-pending]")).toHaveCount(0);
    await page.keyboard.press("Escape");

    await page.getByRole("searchbox").fill("alp");
    await expect(page.getByRole("button", { name: "Searching…" })).toBeVisible();
    await expect.poll(() => held.length).toBeGreaterThan(0);
    isHolding = false;
    for (const route of held) await route.abort();
    await expect(page).toHaveURL("/keys?q=alp");
    await expect(names(page)).toHaveText(["Alpha"]);
  });
});

test.describe("Without JavaScript a person", () => {
  test.use({ javaScriptEnabled: false });

  test("searches, filters and turns pages of their keys, and cannot send a whole credential by mistake", async ({
    page,
    person,
    makeKey,
  }) => {
    const key = await makeKey({ key_name: "Zanzibar" });
    await query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
       SELECT gen_random_uuid(), $1::uuid, 'Machine ' || n, 'mf_live', 'abcdef', sha256(($1::uuid::text || n)::bytea), '[]' FROM generate_series(1, 30) n`,
      [person.id],
    );
    await page.goto("/keys?sort=name");
    await page.getByRole("link", { name: "Page 2", exact: true }).click();
    await expect(names(page)).toHaveCount(6);
    const search = page.getByRole("searchbox");
    await search.fill(key.api_key);
    await page.getByRole("button", { name: "Search" }).click();
    expect(await search.evaluate((field: HTMLInputElement) => field.validity.patternMismatch)).toBe(true);
    await expect(page).toHaveURL("/keys?sort=name&page=2");
    await search.fill(`${key.api_key.slice(0, 14)}...`);
    await page.getByRole("button", { name: "Search" }).click();
    await expect(names(page)).toHaveText(["Zanzibar"]);
    await expect(page).toHaveURL(/\/keys\?sort=name&q=mf_live_/);
    await page.getByRole("link", { name: "Disabled 0" }).click();
    await expect(page.getByRole("status").filter({ hasText: "No key fits." })).toBeVisible();
  });
});

test("A visitor who opens the page of keys is sent to sign in and back", async ({ page }) => {
  const answer = await page.request.get("/keys?status=active", { maxRedirects: 0 });
  expect(answer.status()).toBe(307);
  expect(answer.headers().location).toBe(`/sign-in?next=${encodeURIComponent("/keys?status=active")}`);
});
