import { defineConfig } from "@playwright/test";
import { isMemoryPlenty } from "./scripts/memory";

/** For what is to become so, also where it is tried again and again. */
const PATIENCE = { timeout: 15_000 };

export default defineConfig({
  testDir: "tests/browser",
  outputDir: ".data/test/browser",
  globalSetup: "./tests/browser/global-setup.ts",
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // A machine that is busy is no fault: what never comes fails all the same.
  timeout: 90_000,
  expect: { ...PATIENCE, toPass: PATIENCE },
  reporter: [["list"], ["json"]],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"],
      // With it what Chromium's processes share is on the disk, for containers that have no room elsewhere.
      ignoreDefaultArgs: isMemoryPlenty() ? ["--disable-dev-shm-usage"] : [],
    },
    locale: "en-GB",
    timezoneId: "Africa/Dar_es_Salaam",
    screenshot: "only-on-failure",
    // Pictures between two states cost more than the states. keys-create.test.ts sees them.
    contextOptions: { reducedMotion: "reduce" },
  },
});
