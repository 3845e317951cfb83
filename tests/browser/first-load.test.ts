import { measureFirstLoad } from "../../scripts/first-load";
import { query } from "../support/client";
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
];
const LIMIT_BYTES = 200_000;

test.describe("Before a person can use it,", () => {
  for (const path of PAGES) {
    test(`${path} loads at most 200 kB of JavaScript, and only what the build says`, async ({ page }) => {
      const load = (await measureFirstLoad()).find(({ page }) => page === path.replace(/^\/docs\/.+/, "/docs/[group]"));
      expect(load?.bytes).toBeGreaterThan(50_000);
      expect(load?.bytes).toBeLessThanOrEqual(LIMIT_BYTES);

      const person = await newUser();
      if (path.startsWith("/admin")) await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
      await signInTo(page, path, person);
      const scripts = new Set<string>();
      page.on("request", (request) => {
        if (request.resourceType() === "script") scripts.add(new URL(request.url()).pathname.replace(/^\/_next\//, ""));
      });
      await page.reload({ waitUntil: "networkidle" });
      expect(scripts.size).toBeGreaterThan(5);
      expect([...scripts].filter((script) => !load?.files.includes(script))).toStrictEqual([]);
    });
  }
});
