import { SYSTEM_ACTOR } from "../../lib/audit/actors";
import { exportRecords } from "../../lib/imports/export";
import { type ImportOptions, importRecords } from "../../lib/imports/import";
import type { ImportFile } from "../../lib/imports/rows";
import type { Remark } from "../../lib/imports/run";

export function importFile(content: string, name = "file.ndjson"): ImportFile {
  return {
    name,
    size: Buffer.byteLength(content),
    open: async function* () {
      yield Buffer.from(content);
    },
  };
}

/** Rows as lines of NDJSON. */
export function ndjson(...rows: object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

type Given = Partial<Omit<ImportOptions, "files">> & { files?: ImportFile[] };

/** As the command does it, with what was refused, and what was taken with a remark. */
export async function importRows(content: string, given: Given = {}) {
  const remarks: Remark[] = [];
  const outcome = await importRecords({
    files: [importFile(content)],
    source: "former",
    actor: SYSTEM_ACTOR,
    isDry: false,
    allowWeak: false,
    onRemark: (remark) => remarks.push(remark),
    ...given,
  });
  const refused = remarks.filter(({ taken }) => !taken);
  return { ...outcome.counts, refused, taken: remarks.filter(({ taken }) => taken) };
}

/** What an export holds, line by line. */
export async function exported(): Promise<string[]> {
  let text = "";
  for await (const piece of exportRecords(SYSTEM_ACTOR)) text += piece;
  return text.split("\n").filter(Boolean);
}
