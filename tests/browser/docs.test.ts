import { randomEmail } from "../support/client";
import { newUser } from "../support/people";
import { shared } from "../support/portal";
import { expect, expectAccessible, expectNoSidewaysScrolling, runInBash, tabTo, test } from "./fixtures";
import { signInTo } from "./people";

const REGISTER = "Try it POST /api/auth/register/";

test.describe("In the API reference a developer", () => {
  test("gets from nothing to a verified key by pasting the commands of the first page", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Read the docs" }).first().click();
    await expect(page).toHaveURL("/docs");
    const code = (title: string) => page.getByRole("figure").filter({ hasText: title }).locator("code").textContent();
    const register = (await code("Register"))?.replace("you@example.com", randomEmail()) ?? "";
    const [create, verify] = [await code("Create a key"), await code("Verify the key")];
    // Where a person copies the key by hand, sed does.
    const printed = runInBash(
      `${register}\nCREATED=$(${create})\nKEY=$(printf '%s' "$CREATED" | sed 's/.*"api_key":"\\([^"]*\\)".*/\\1/')\n${verify}`,
      { SERVICE_API_SECRET: shared().settings.SERVICE_API_SECRET ?? "" },
    );
    expect(printed).toContain('"valid":true,"code":"VALID"');
    expect(await code("Keep the key")).toContain("KEY='mf_live_…'");
  });

  test("finds an operation with its fields, answers, errors, and the call in three languages", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/docs");
    await page.getByRole("link", { name: "Create a key", exact: true }).click();
    await expect(page).toHaveURL("/docs/your-keys#createKey");
    const section = page.getByRole("region", { name: "Create a key" });
    await expect(section.getByRole("row").filter({ hasText: "key_name" }).first()).toContainText("1 to 100 characters");
    await expect(section.getByRole("row").filter({ hasText: "data.secret_key" })).toContainText("shown this once");
    await section.getByText("409", { exact: true }).click();
    await expect(section.getByText("409 IDEMPOTENCY_KEY_USED")).toBeVisible();
    await expect(section.getByText('"error_code": "IDEMPOTENCY_KEY_USED"')).toBeVisible();
    for (const [language, part] of [
      ["curl", 'curl -X POST "'],
      ["JavaScript", "process.env.ACCESS_TOKEN"],
      ["Python", "import urllib.request"],
    ] as const) {
      await section.getByRole("tab", { name: language }).click();
      await section.getByRole("button", { name: /^Copy/ }).click();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(part);
    }
  });

  test("tries it: makes an account, then a key with its token, and revokes it", async ({ page }) => {
    await page.goto("/docs/accounts");
    const account = page.getByRole("region", { name: "Make an account" });
    await account.getByText(REGISTER).click();
    const body = account.getByLabel("Body", { exact: true });
    await body.fill((await body.inputValue()).replace("asha@example.com", randomEmail()));
    await account.getByRole("button", { name: "Send" }).click();
    await expect(account.getByRole("status").getByText("201 Created")).toBeVisible();

    // On the way to another page of the reference the token is kept, in memory.
    await page.getByRole("link", { name: "Your own keys" }).click();
    const creating = page.getByRole("region", { name: "Create a key" });
    await creating.getByText(/^Try it/).click();
    await creating.getByRole("button", { name: "Send" }).click();
    const answer = creating.getByRole("status").getByRole("figure");
    await expect(answer).toContainText("201 Created");
    await expect(creating.getByRole("status").filter({ has: page.getByRole("figure") })).toContainText(
      /X-Request-Id: [0-9a-f-]{36}/,
    );
    const id = /"id": "([^"]+)"/.exec((await answer.textContent()) ?? "")?.[1] ?? "";

    const revoking = page.getByRole("region", { name: "End a key" });
    await revoking.getByText(/^Try it/).click();
    await revoking.getByLabel("id", { exact: true }).fill(id);
    await revoking.getByRole("button", { name: "Send" }).click();
    await expect(revoking.getByRole("checkbox")).toBeFocused();
    await revoking.getByRole("checkbox").check();
    await revoking.getByRole("button", { name: "Send" }).click();
    await expect(revoking.getByRole("status").getByRole("figure")).toContainText('"status": "revoked"');
    // A field for passwords is one that browsers offer to store.
    await expect(page.locator("input[type=password]")).toHaveCount(0);
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
    expect(kept).not.toContain("eyJ");
  });

  test("who is signed in tries it with the session of the browser", async ({ page }) => {
    await signInTo(page, "/keys", await newUser());
    await page.getByRole("link", { name: "Docs" }).click();
    await page.getByRole("link", { name: "The API account and its keys, masked" }).click();
    const section = page.getByRole("region", { name: "The API account" });
    await section.getByText(/^Try it/).click();
    await section.getByRole("button", { name: "Send" }).click();
    await expect(section.getByRole("status").getByRole("figure")).toContainText('"account_id": "acc_');
  });

  test("is not asked for a secret of the server", async ({ page }) => {
    for (const slug of ["everyones-keys", "behind-your-api"]) {
      await page.goto(`/docs/${slug}`);
      await expect(page.getByText("it takes a secret, which").first()).toBeVisible();
      await expect(page.getByText("Access token", { exact: true })).toHaveCount(0);
      await expect(page.locator("input, textarea")).toHaveCount(0);
    }
  });

  test("can do it with the keyboard alone", async ({ page }) => {
    await page.goto("/docs/behind-your-api#getHealth");
    const section = page.getByRole("region", { name: "State of the server" });
    await section.getByRole("tab", { name: "curl" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect(section.getByRole("tab", { name: "JavaScript" })).toBeFocused();
    await expect(section.getByText("await fetch(")).toBeVisible();
    await tabTo(page, /^Try it/);
    await page.keyboard.press("Enter");
    await tabTo(page, "Send");
    await page.keyboard.press("Enter");
    await expect(section.getByRole("status").getByRole("figure")).toContainText('"database": "ok"');
    await expect(section.getByRole("button", { name: "Send" })).toBeFocused();
  });

  for (const path of [
    "/docs",
    "/docs/permissions",
    "/docs/guarding",
    "/docs/own-process",
    "/docs/your-keys",
    "/docs/behind-your-api",
  ]) {
    test(`meets no accessibility problem and no sideways scrolling at ${path}`, async ({ page }) => {
      await page.goto(path);
      for (const closed of await page.getByText(/^Try it/).all()) await closed.click();
      await expectAccessible(page);
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await expectNoSidewaysScrolling(page);
      }
    });
  }
});

test.describe("On a phone, before there are scripts", () => {
  test.use({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });

  test("the text begins on the first screen, and the other parts are behind a button", async ({ page }) => {
    await page.goto("/docs/accounts/");
    await expect(page.getByRole("heading", { level: 1 })).toBeInViewport();
    const other = page.getByRole("navigation", { name: "API reference" }).getByRole("link", { name: "Permissions to ask for" });
    await expect(other).toBeHidden();
    await page.getByRole("button", { name: "API reference Accounts" }).click();
    await other.click();
    await expect(page).toHaveURL("/docs/permissions");
    await expect(other).toBeHidden();
  });
});

test.describe("On a lost connection", () => {
  test.use({ expectedProblems: /ERR_INTERNET_DISCONNECTED/ });

  test("a developer who tries something is told so", async ({ page, context }) => {
    await page.goto("/docs/accounts");
    await page.getByText(REGISTER).click();
    await context.setOffline(true);
    await page.getByRole("button", { name: "Send" }).first().click();
    await expect(page.getByRole("alert").filter({ hasText: "No answer came." })).toBeVisible();
  });
});

test.describe("At an address that the reference does not have", () => {
  test.use({ expectedProblems: /404/ });

  test("a developer sees the 404 page", async ({ page }) => {
    const answer = await page.goto("/docs/nothing");
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
  });
});
