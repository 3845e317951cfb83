import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { SYSTEM_ACTOR } from "../lib/audit/actors";
import { disconnect } from "../lib/database/client";
import { type ImportOutcome, importRecords } from "../lib/imports/import";
import { ImportFailure, type ImportFile } from "../lib/imports/rows";
import { isDatabaseUnavailable, isLockTimeout, isTooSlow } from "../lib/values/errors";
import { explainDatabaseError } from "./database-failure";
import { explainFileError, Failure } from "./failure";
import { showProgress } from "./import-progress";
import { ImportReport } from "./import-report";
import { whileDatabaseRuns } from "./migrate";

const USAGE = `Say which files to import, and where they are from:
  npm run import -- FILE… --source NAME

  --source NAME   what the ids in the files are ids of, such as mifumo
  --dry-run       the same checks, and nothing is written
  --allow-weak    take credentials that could be guessed, and flag them
  --report FILE   where refused rows are listed, and people of whom something is left out (.csv, or NDJSON);
                  import-NAME.ndjson without it

The files are NDJSON or CSV: docs/moving-in.md has their fields. It ends with 0, with 2 where rows were refused, and with 1 where
it could not run.`;

const PIECE_BYTES = 256 * 1024;

export async function main(args: string[]): Promise<void> {
  const { files, source, report: file, ...options } = readArguments(args);
  const report = new ImportReport(file);
  const progress = showProgress();
  const outcome = await whileDatabaseRuns(() =>
    importRecords({ files, source, actor: SYSTEM_ACTOR, ...options, onRemark: report.add, onProgress: progress.show })
      .catch((error: unknown) => {
        throw explain(error);
      })
      .finally(() => {
        progress.end();
        report.close();
        return disconnect();
      }),
  );
  console.log(describe(outcome, options.isDry).join("\n"));
  const { refused, counts } = outcome;
  const less = counts.users.with_less > 0 ? ", and each person of whom something is left out," : "";
  if (refused > 0 || less) console.log(`Each refused row${less} is in ${file}.`);
  if (refused > 0) process.exitCode = 2;
}

function readArguments(args: string[]) {
  const { values, positionals } = parse(args);
  const { source } = values;
  if (!source || positionals.length === 0) throw new Failure(USAGE);
  const from = (name: string) => path.resolve(process.env.INIT_CWD ?? ".", name);
  const report = from(values.report ?? `import-${source.replace(/[^a-z0-9._-]/gi, "_")}.ndjson`);
  // It takes the place of the one from before.
  if (positionals.some((name) => from(name) === report))
    throw new Failure(`${report} is a file to import: name another one with --report.`);
  return {
    files: positionals.map((name) => fileOf(from(name), name)),
    source,
    isDry: values["dry-run"] ?? false,
    allowWeak: values["allow-weak"] ?? false,
    report,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        source: { type: "string" },
        "dry-run": { type: "boolean" },
        "allow-weak": { type: "boolean" },
        report: { type: "string" },
      },
    });
  } catch {
    throw new Failure(USAGE);
  }
}

function fileOf(file: string, name: string): ImportFile {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new Failure(`There is no file ${file}.`);
  return { name, size: stat.size, open: () => fs.createReadStream(file, { highWaterMark: PIECE_BYTES }) };
}

function explain(error: unknown): unknown {
  if (error instanceof ImportFailure) return new Failure(error.message);
  if (isDatabaseUnavailable(error))
    return new Failure("The database could not be reached any more. Run the import again: it goes on where it ended.");
  if (isTooSlow(error) || isLockTimeout(error))
    return new Failure(
      "The database took too long. Run the import again: it goes on where it ended. A higher DATABASE_STATEMENT_TIMEOUT_MS gives it longer.",
    );
  return explainFileError(explainDatabaseError(error), "reading the files", "Let this user read them.");
}

const number = (count: number) => count.toLocaleString("en-GB");

function describe({ counts, refused, reasons }: ImportOutcome, isDry: boolean): string[] {
  const { users, keys, balances } = counts;
  const sorted = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  return [
    isDry ? "Nothing was written. An import would make of these files:" : "Imported:",
    `  people     ${number(users.new)} new, ${number(users.joined)} joined to accounts, ${number(users.taken_over)} taken over, ${number(users.there)} there before`,
    `  keys       ${number(keys.new)} new (${number(keys.weak)} weak), ${number(keys.there)} there before`,
    `  balances   ${number(balances.new)} new, ${number(balances.there)} there before`,
    ...(users.without_password > 0
      ? [`  passwords  ${number(users.without_password)} will not work: a mailed link sets another`]
      : []),
    ...(users.with_less > 0 ? [`  left out   of ${number(users.with_less)} people, something that cannot be kept`] : []),
    `  refused    ${number(refused)}`,
    ...sorted.map(([reason, count]) => `    ${number(count).padStart(9)}  ${reason}`),
  ];
}
