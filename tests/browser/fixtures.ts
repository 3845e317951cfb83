import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { test as base, expect, type Page } from "@playwright/test";
import type Axe from "axe-core";
import { shared } from "../support/portal";
import { cleanEnvironment } from "../support/server";

type Fixtures = {
  /** The problems that a test means to cause. Every other console error, exception or policy violation fails it. */
  expectedProblems: RegExp | null;
  failOnProblems: undefined;
};

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
  baseURL: async ({}, use) => use(shared().url),
  expectedProblems: [null, { option: true }],
  failOnProblems: [
    async ({ context, expectedProblems }, use) => {
      const problems: string[] = [];
      context.on("console", (message) => {
        if (message.type() === "error") problems.push(`console: ${message.text()} (${message.location().url})`);
      });
      context.on("weberror", (error) => problems.push(`exception: ${error.error().message}`));
      await use(undefined);
      expect(problems.filter((problem) => !expectedProblems?.test(problem))).toStrictEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** As it is called in the page. */
declare const axe: typeof Axe;
const AXE = fs.readFileSync("node_modules/axe-core/axe.min.js", "utf8");

/** Nothing that axe can find, in light and in dark. The two differ in colours and in nothing else. */
export async function expectAccessible(page: Page): Promise<void> {
  // A page that refreshes itself takes its title away for a moment, in which axe would miss it; one that has none fails here.
  await expect(page).toHaveTitle(/./);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
    const asked: Axe.RunOptions =
      colorScheme === "light"
        ? { rules: { "document-title": { enabled: false } } }
        : { runOnly: { type: "rule", values: ["color-contrast"] } };
    // Of what is as it should be, no more than the rule's name is looked at.
    const options: Axe.RunOptions = { ...asked, resultTypes: ["violations"] };
    const { violations, passes } = await page.evaluate((options) => axe.run(options), options);
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${colorScheme}: ${id} at ${target.join(" ")}`),
    );
    expect(found).toStrictEqual([]);
    // A page that did not load would have nothing to complain of either.
    expect(passes.map(({ id }) => id)).toContain("color-contrast");
  }
}

/** Whether the page, or any box in it, is wider than it can show. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const tooWide = await page.evaluate(() =>
    [document.documentElement, ...document.body.querySelectorAll<HTMLElement>("*")]
      .filter((element) => !element.closest(".sr-only") && element.scrollWidth > element.clientWidth + 1)
      .filter((element) => element === document.documentElement || getComputedStyle(element).overflowX !== "visible")
      // Cut short on purpose, with dots to show it.
      .filter((element) => getComputedStyle(element).textOverflow !== "ellipsis")
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`),
  );
  expect(tooWide).toStrictEqual([]);
}

/** Presses Tab until the focus is on an element with this name; fails when it comes round without meeting it. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) continue;
    const text = ((await focused.getAttribute("aria-label")) ?? (await focused.textContent()) ?? "").replace(/\s+/g, " ");
    if (typeof name === "string" ? text.includes(name) : name.test(text)) return;
  }
  throw new Error(`Tab never came to ${name}`);
}

/** Runs commands in bash, as someone who pastes them does, and answers what they print. */
export function runInBash(script: string, variables: Record<string, string> = {}): string {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], {
    encoding: "utf8",
    env: { ...cleanEnvironment(), NO_PROXY: "*", ...variables },
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`bash answered ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** The cumulative layout shift so far, as the browser measures it. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let total = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) total += (entry as PerformanceEntry & { value: number }).value;
        });
        observer.observe({ type: "layout-shift", buffered: true });
        // Two frames: the one that paints the new typeface, and one in which its entry is there.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(total))));
      }),
  );
}
