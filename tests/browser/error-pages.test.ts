import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScrolling, tabTo, test } from "./fixtures";

test.describe("At an address that leads nowhere a visitor", () => {
  test.use({ expectedProblems: /^console: Failed to load resource: .* 404 .*\/nowhere(\/1234)?\)$/ });

  test("sees that there is no such page, and goes back with the keyboard", async ({ page }) => {
    const answer = await page.goto("/nowhere");
    expect(answer?.status()).toBe(404);
    await expect(page).toHaveTitle("Page not found · Latchkey");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
    await tabTo(page, "Go to the front page");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "API keys, looked after." })).toBeVisible();
  });

  test("can read it on a narrow screen, and meets no accessibility problem", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/nowhere/1234");
    await expectNoSidewaysScrolling(page);
    await expectAccessible(page);
  });
});

test.describe("Without JavaScript a visitor", () => {
  test.use({ javaScriptEnabled: false, expectedProblems: / 404 / });

  test("reads that there is no such page, also where there are others like it", async ({ page }) => {
    for (const path of ["/nowhere", "/docs/nowhere", "/admin", "/admin/users", "/admin/nowhere"]) {
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(404);
      await expect(page).toHaveTitle("Page not found · Latchkey");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
    }
    await expectNoSidewaysScrolling(page);
    await page.getByRole("link", { name: "Go to the front page" }).click();
    await expect(page.getByRole("heading", { name: "API keys, looked after." })).toBeVisible();
  });
});

test.describe("With a page of an earlier build a visitor", () => {
  test.use({ expectedProblems: /^console: Failed to load resource: .* 409 / });

  test("is told to load it again, and keeps what was typed", async ({ page }) => {
    await page.goto("/sign-up");
    await page.route("/sign-up", async (route) => {
      const headers = route.request().headers();
      const action = headers["next-action"];
      await route.continue({ headers: action ? { ...headers, "next-action": action.slice(0, 2) + "ab".repeat(20) } : headers });
    });
    await page.getByLabel("Name").fill("Asha");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.locator("[data-notice]")).toContainText(
      "The portal was updated since this page was loaded, so nothing was done.",
    );
    await expect(page.getByLabel("Name")).toHaveValue("Asha");
    await page.getByRole("link", { name: "Load the new version" }).click();
    await expect(page.locator("[data-notice]")).toHaveCount(0);
    await expect(page.getByLabel("Name")).toHaveValue("Asha");
  });
});

/** Rewrites the page on its way to the browser into what the server sends when one of its components fails. */
async function failOnTheServer(page: Page, component: RegExp, replacement: string, digest: string): Promise<void> {
  await page.route("/", async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    expect(html).toMatch(component);
    const [, nonce] = /<script nonce="([^"]+)"/.exec(html) ?? [];
    const failure = `<script nonce="${nonce}">self.__next_f.push([1,"fff:E{\\"digest\\":\\"${digest}\\"}\\n"])</script>`;
    await route.fulfill({ response: answer, body: html.replace(component, replacement).replace("</body>", `${failure}</body>`) });
  });
}

test.describe("On a page that fails a visitor", () => {
  test.use({ expectedProblems: /digest|Server Components render|Minified React error/ });

  for (const [part, component, replacement, skipLinks] of [
    ["a part of it", /\\"section\\",null,/, '\\"$$Lfff\\",null,', 1],
    ["all of it", /\\"html\\",null,/, '\\"$$Lfff\\",null,', 0],
  ] as const) {
    test(`sees a code to report and can try again, when ${part} fails`, async ({ page }) => {
      await failOnTheServer(page, component, replacement, "3141592653");
      await page.goto("/");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Something went wrong");
      await expect(page).toHaveTitle("Something went wrong · Latchkey");
      expect((await page.getByRole("main").innerText()).split(/\n+/)).toStrictEqual([
        "Error",
        "Something went wrong",
        "This page could not be shown. Trying again often helps.",
        "If it does not, tell us this code: 3141592653",
        "Try again",
        "Go to the front page",
      ]);
      // The layout around the page is still there, or the last resort has taken its place.
      await expect(page.getByRole("link", { name: "Skip to content" })).toHaveCount(skipLinks);
      await page.setViewportSize({ width: 360, height: 740 });
      await expectNoSidewaysScrolling(page);
      await expectAccessible(page);
      await page.unroute("/");
      await page.getByRole("button", { name: "Try again" }).click();
      await expect(page.getByRole("heading", { name: "API keys, looked after." })).toBeVisible();
    });
  }
});
