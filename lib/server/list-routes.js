// JavaScript, because next.config.js reads it too.
import fs from "node:fs";

/** Files that are addresses themselves, by Next's conventions. */
const ICON = /\/(favicon|icon|apple-icon)\.(ico|svg|png)$/;

/**
 * The addresses that a folder's files make, such as `/api/api-keys/[id]`. Folders in parentheses are no part of one.
 * @param {string} app the folder `app`
 * @returns {string[]}
 */
export function listRoutes(app) {
  const files = fs.readdirSync(app, { recursive: true, encoding: "utf8" }).map((name) => `/${name.replaceAll("\\", "/")}`);
  return files
    .flatMap((file) => {
      if (ICON.test(file)) return [file];
      if (/\/manifest\.ts$/.test(file)) return [file.replace(/\.ts$/, ".webmanifest")];
      const [, folder] = /^(.*)\/(?:page|route)\.tsx?$/.exec(file) ?? [];
      return folder === undefined ? [] : [folder || "/"];
    })
    .map((address) => address.replace(/\/\([^/]+\)/g, "") || "/")
    .sort();
}
