import { test } from "./fixtures";

// Each of these must fail, and does so only because of the fixture that watches the page.
test.describe("A browser test fails by itself when its page", () => {
  test.fail("logs an error", async ({ page }) => {
    await page.goto("/");
    await page.evaluate("console.error('made by the test')");
  });

  test.fail("throws", async ({ page }) => {
    await page.goto("/");
    await page.evaluate("new Promise((resolve) => { setTimeout(() => { resolve(); throw new Error('made by the test'); }); })");
  });
});
