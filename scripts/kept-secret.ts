import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { explainFileError } from "./failure";
import { makeFolder } from "./folder";

/** The secret kept in `folder/name`, made on first use. Readable by its owner only. */
export function keptSecret(folder: string, name: string, make = () => randomBytes(32).toString("hex")): string {
  const file = path.join(folder, name);
  try {
    if (fs.existsSync(file)) return fs.readFileSync(file, "utf8").trim();
    makeFolder(folder);
    const secret = make();
    // Written under another name first, so that a cut-short write never leaves half a secret behind.
    fs.rmSync(`${file}.new`, { force: true });
    fs.writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600, flush: true });
    fs.renameSync(`${file}.new`, file);
    return secret;
  } catch (error) {
    throw explainFileError(error, `keeping ${file}`);
  }
}
