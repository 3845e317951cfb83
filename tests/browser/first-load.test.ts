import { measureFirstLoad } from "../../scripts/first-load";
import { expect, test } from "./fixtures";
import { newPerson, signInTo } from "./people";

const PAGES = ["/keys", "/usage", "/settings"];
const LIMIT_BYTES = 200_000;

test.describe("Before a person can use it,", () => {
  for (const path of PAGES) {
    test(`${path} loads at most 200 kB of JavaScript, and only what the build says`, async ({ page, deployment }) => {
      const load = (await measureFirstLoad()).find((measured) => measured.page === path);
      expect(load?.bytes).toBeGreaterThan(50_000);
      expect(load?.bytes).toBeLessThanOrEqual(LIMIT_BYTES);

      await signInTo(page, path, await newPerson(deployment.url));
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
