import type { Page, Request } from "@playwright/test";
import { measureFirstLoad } from "../../scripts/first-load";
import { newKey, query } from "../support/client";
import { newUser } from "../support/people";
import { expect } from "./fixtures";
import { signInTo } from "./people";
import { test } from "./signed-in";

const PAGES = [
  "/keys",
  "/usage",
  "/settings",
  "/docs",
  "/docs/your-keys",
  "/admin",
  "/admin/audit",
  "/admin/users",
  "/admin/keys",
  "/admin/services",
];
const LIMIT_BYTES = 200_000;
/** Transferred, compressed, with all dialogs closed. This only ever becomes less. */
const KEYS_BYTES = 150_000;

test.describe("Before a person can use it,", () => {
  for (const path of PAGES) {
    test(`${path} loads at most 200 kB of JavaScript, and only what the build says`, async ({ page }) => {
      const load = (await measureFirstLoad()).find(({ page }) => page === path.replace(/^\/docs\/.+/, "/docs/[group]"));
      expect(load?.bytes).toBeGreaterThan(50_000);
      expect(load?.bytes).toBeLessThanOrEqual(LIMIT_BYTES);

      const person = await newUser();
      // An empty list shows a command, whose button for copying comes late.
      if (path === "/keys") await newKey(person);
      if (path.startsWith("/admin")) await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
      await signInTo(page, path, person);
      const scripts = new Set<string>();
      const ahead = rendersAhead(page);
      page.on("request", (request) => {
        if (request.resourceType() === "script") scripts.add(new URL(request.url()).pathname.replace(/^\/_next\//, ""));
      });
      await page.reload({ waitUntil: "networkidle" });
      expect(scripts.size).toBeGreaterThan(5);
      expect([...scripts].filter((script) => !load?.files.includes(script))).toStrictEqual([]);
      expect(ahead).toStrictEqual([]);
    });
  }

  test("/keys loads at most 150 kB of JavaScript until Create works and the list answers", async ({ page, makeKey }) => {
    await makeKey({ key_name: "Listed" });
    const scripts: Request[] = [];
    page.on("requestfinished", (request) => request.resourceType() === "script" && scripts.push(request));
    const transferred = async () => {
      const sizes = await Promise.all(scripts.map((script) => script.sizes()));
      return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    };
    await page.goto("/keys", { waitUntil: "networkidle" });
    const loaded = await transferred();
    expect(loaded).toBeGreaterThan(100_000);
    expect(loaded).toBeLessThanOrEqual(KEYS_BYTES);
    // The control: all of it was there, and what was not is loaded for it now.
    await page.getByRole("searchbox").fill("nothing like it");
    await expect(page.getByText("No key fits.")).toBeVisible();
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByRole("dialog").getByLabel("Name")).toBeFocused();
    expect(await transferred()).toBeGreaterThan(loaded);
  });

  test("the pages before signing in have nothing rendered but themselves, until a link is followed", async ({ page }) => {
    const ahead = rendersAhead(page);
    for (const path of ["/", "/sign-in", "/sign-up", "/forgot-password", "/docs"]) {
      await page.goto(path, { waitUntil: "networkidle" });
      for (const link of await page.getByRole("link").all()) await link.scrollIntoViewIfNeeded();
      await page.getByRole("link").last().hover();
    }
    await page.waitForLoadState("networkidle");
    expect(ahead).toStrictEqual([]);
    // The control: what is asked for is asked for like this.
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Sign up" }).click();
    await expect(page).toHaveURL(/\/sign-up/);
    expect(ahead).toStrictEqual([expect.stringContaining("/sign-up?")]);
  });
});

/** The addresses of pages that the open one asks for as Next does. */
function rendersAhead(page: Page): string[] {
  const addresses: string[] = [];
  page.on("request", (request) => {
    if (request.headers().rsc !== undefined) addresses.push(request.url());
  });
  return addresses;
}
