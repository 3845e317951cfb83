import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SYSTEM_ACTOR } from "../lib/audit/actors";
import { disconnect } from "../lib/database/client";
import { exportRecords } from "../lib/imports/export";
import { fileOf } from "./backup";
import { explainDatabaseError } from "./database-failure";
import { explainFileError, Failure } from "./failure";
import { whileDatabaseRuns } from "./migrate";

/** `export FILE`: writes people, keys and balances as `import` reads them, while the portal runs or not. */
export async function main(args: string[]): Promise<void> {
  const file = fileOf(args, "export");
  if (!fs.existsSync(path.dirname(file))) throw new Failure(`There is no folder ${path.dirname(file)}.`);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Failure(`${file} is a folder: name a file.`);
  await whileDatabaseRuns(() => writeExport(file).finally(disconnect));
  console.log(`Wrote ${file}. Guard it: it holds the hashes of passwords. Its keys open wherever KEY_HASH_SECRET is the same.`);
}

async function writeExport(file: string): Promise<void> {
  const fresh = `${file}.new`;
  try {
    fs.rmSync(fresh, { force: true });
    await pipeline(
      Readable.from(exportRecords(SYSTEM_ACTOR)),
      fs.createWriteStream(fresh, { mode: 0o600, flags: "wx", flush: true }),
    );
    fs.renameSync(fresh, file);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw explainFileError(explainDatabaseError(error), `writing ${file}`, "Name another file.");
  }
}
