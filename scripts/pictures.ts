import fs from "node:fs";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { deploymentSettings, randomSecret, scratchFolder, startServer } from "../tests/support/server";
import { ensureBuilt } from "./build";
import { findChromium } from "./chromium";
import { makeDemo, PERSON } from "./demo";
import { applyMigrations } from "./migrate";
import { openCluster } from "./postgres";

type Picture = {
  name: string;
  address: string;
  theme: "light" | "dark";
  width?: number;
  height?: number;
  prepare?: (page: Page) => Promise<unknown>;
};

/** `pictures`: those of the README, of someone with a month of use, into docs/pictures. */
export async function main([target = "docs/pictures"]: string[]): Promise<void> {
  await ensureBuilt();
  const { path: executablePath } = await findChromium();
  const folder = scratchFolder("pictures");
  const cluster = await openCluster(folder, randomSecret());
  await applyMigrations(cluster.url);
  const settings = deploymentSettings(cluster.url);
  const server = await startServer(settings);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const { keyIds } = await makeDemo({ server, settings });
    fs.mkdirSync(target, { recursive: true });
    for (const picture of README_PICTURES(keyIds)) await take(browser, server.url, picture, target);
  } finally {
    await browser.close();
    await server.stop();
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const README_PICTURES = ([production]: string[]): Picture[] => [
  { name: "keys", address: "/keys", theme: "light" },
  { name: "save-your-key", address: "/keys", theme: "dark", prepare: createKey },
  { name: "key", address: `/keys/${production}`, theme: "light" },
  { name: "usage", address: "/usage", theme: "dark" },
];

async function take(browser: Browser, origin: string, picture: Picture, target: string): Promise<void> {
  const { name, address, theme, width = 1280, height = 800, prepare } = picture;
  const page = await browser.newPage({
    baseURL: origin,
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Africa/Dar_es_Salaam",
  });
  await page.goto(`/sign-in?next=${encodeURIComponent(address)}`);
  await page.getByLabel("E-mail address").fill(PERSON.email);
  await page.getByLabel("Password", { exact: true }).fill(PERSON.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(address);
  await page.waitForLoadState("networkidle");
  await prepare?.(page);
  const file = path.join(target, `${name}.png`);
  await page.screenshot({ path: file });
  console.log(`${file}  ${Math.round(fs.statSync(file).size / 1024)} kB`);
  await page.close();
}

async function createKey(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Create key" }).first().click();
  await page.getByRole("dialog").getByLabel("Name").fill("Web shop");
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  await page.getByRole("dialog", { name: "Save your key" }).waitFor();
}
