import fs from "node:fs";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { PICTURE_THEMES, PICTURES, type PictureName, pictureFile } from "../app/(front)/pictures";
import { deploymentSettings, randomSecret, scratchFolder, startServer } from "../tests/support/server";
import { ensureBuilt } from "./build";
import { findChromium } from "./chromium";
import { makeDemo, PERSON, STAFF } from "./demo";
import { applyMigrations } from "./migrate";
import { openCluster } from "./postgres";

/** Pixels of the picture to one of the page: sharp on most screens, and half the bytes of two. */
const SCALE = 1.5;
const QUALITY = 0.82;

type Scene = { address: string; person?: { email: string; password: string }; prepare?: (page: Page) => Promise<unknown> };

/** `pictures`: those of the README and of the landing page, of people with a month of use, light and dark, into public/pictures. */
export async function main([target = "public"]: string[]): Promise<void> {
  await ensureBuilt();
  const { path: executablePath } = await findChromium();
  const folder = scratchFolder("pictures");
  const cluster = await openCluster(folder, randomSecret());
  await applyMigrations(cluster.url);
  const settings = { ...deploymentSettings(cluster.url), PUBLIC_API_URL: "https://api.example.com/v1/status" };
  const server = await startServer(settings);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const { keyIds } = await makeDemo({ server, settings });
    const scenes = scenesOf(keyIds);
    for (const name of Object.keys(scenes) as PictureName[])
      for (const theme of PICTURE_THEMES) {
        const picture = await take(browser, server.url, name, theme, scenes[name]);
        const file = path.join(target, pictureFile(name, theme));
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, picture);
        console.log(`${file}  ${Math.round(picture.length / 1024)} kB`);
      }
  } finally {
    await browser.close();
    await server.stop();
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The one that makes a key comes last: no other is to show it. */
const scenesOf = ([production]: string[]): Record<PictureName, Scene> => ({
  keys: { address: "/keys?sort=-used" },
  key: { address: `/keys/${production}` },
  staff: { address: "/admin/keys?sort=-used", person: STAFF },
  "save-your-key": { address: "/keys", prepare: createKey },
});

type Theme = (typeof PICTURE_THEMES)[number];

async function take(browser: Browser, origin: string, name: PictureName, theme: Theme, scene: Scene): Promise<Buffer> {
  const { address, person = PERSON, prepare } = scene;
  const { width, height } = PICTURES[name];
  const page = await browser.newPage({
    baseURL: origin,
    viewport: { width, height },
    deviceScaleFactor: SCALE,
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Africa/Dar_es_Salaam",
  });
  page.setDefaultTimeout(90_000);
  await page.goto(`/sign-in?next=${encodeURIComponent(address)}`);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(address);
  await page.waitForLoadState("networkidle");
  await prepare?.(page);
  const picture = await toWebp(page, await page.screenshot());
  await page.close();
  return picture;
}

/** By the browser, which has an encoder. */
async function toWebp(page: Page, png: Buffer): Promise<Buffer> {
  const made = await page.evaluate(
    async ({ address, quality }) => {
      const picture = new Image();
      picture.src = address;
      await picture.decode();
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: picture.width, height: picture.height }).getContext("2d")?.drawImage(picture, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    },
    { address: `data:image/png;base64,${png.toString("base64")}`, quality: QUALITY },
  );
  return Buffer.from(made.slice(made.indexOf(",") + 1), "base64");
}

/** A key of which the first call has come. */
async function createKey(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Create key" }).first().click();
  await dialog.getByLabel("Name").fill("Web shop");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await dialog.getByRole("button", { name: "Show key and secret" }).click();
  const [key = ""] = (await dialog.innerText()).match(/mf_live_\w+/) ?? [];
  await dialog.getByRole("button", { name: "Hide key and secret" }).click();
  await page.request.get("/api/keys/self", { headers: { Authorization: `Bearer ${key}` } });
  await dialog.getByText("The first call has arrived.").waitFor();
}
