import fs from "node:fs";
import { expect, test } from "vitest";
import { PICTURE_THEMES, PICTURES, type PictureName, pictureFile } from "./pictures";

test("every picture is there, light and dark, and all of them together are soon loaded", () => {
  const names = Object.keys(PICTURES) as PictureName[];
  const files = names.flatMap((name) => PICTURE_THEMES.map((theme) => `public${pictureFile(name, theme)}`));
  const sizes = files.map((file) => fs.statSync(file).size);
  expect(Math.min(...sizes)).toBeGreaterThan(5_000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(600_000);
  expect(fs.readdirSync("public/pictures")).toHaveLength(files.length);
});
