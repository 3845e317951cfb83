import fs from "node:fs";
import path from "node:path";

/**
 * Makes a folder and those above it, each for its owner only. One by one: asked for all of them at once, Node says of a disk
 * that is read-only or full that there is no such folder.
 */
export function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have been quicker.
    if (!fs.existsSync(folder)) throw error;
  }
}
