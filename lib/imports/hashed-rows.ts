import { setImmediate } from "node:timers/promises";
import { isKnownForm } from "@/lib/identity/foreign-hashes";
import { withoutClear } from "./credentials";
import { idOf, parsedList } from "./fields";
import { Forms } from "./forms";
import { hashKey } from "./keys";
import type { KeyRecord } from "./records";
import { type Fields, type ImportFile, type Row, type Rows, readRecord, rowsOf } from "./rows";

/** Of no form that is known, as what stood there. */
const NO_HASH = "!";

/** A file is kept without digests for verifiers: its keys get theirs when they are used. */
type Hashing = { forms: Forms; allowWeak: boolean; salt: null };

/**
 * The rows of a file with hashes in the place of credentials. What is no row, or would be refused whatever is in the database,
 * is left out but for its line, its id and the reason: it may hold a credential anywhere.
 * @throws ImportFailure where its heading cannot be understood
 */
export async function* hashedRows(file: ImportFile, allowWeak: boolean): AsyncGenerator<Rows> {
  const hashing = { forms: await Forms.load(), allowWeak, salt: null };
  // Those that the file names are known before its keys are looked at, as in an import.
  for await (const { rows } of rowsOf(file)) {
    for (const row of rows) if ("fields" in row && row.kind === "form") addForm(row.fields, hashing);
    await setImmediate();
  }
  for await (const { rows, bytes } of rowsOf(file)) {
    yield { rows: rows.map((row) => hashRow(row, hashing)), bytes };
    // Others are served between one piece and the next.
    await setImmediate();
  }
}

function addForm(fields: Fields, { forms, allowWeak }: Hashing): void {
  const read = readRecord("form", fields);
  if (read.refused === undefined) forms.take(read.record, allowWeak);
}

function hashRow(row: Row, hashing: Hashing): Row {
  if ("refused" in row) return row;
  const { line, kind, fields } = row;
  const refuse = (refused: string): Row => ({ line, kind, id: idOf(fields), refused });
  const read = readRecord(kind, fields);
  if (read.refused !== undefined) return refuse(read.refused);
  if (kind === "user") {
    // It may be anything, the password itself too.
    const isHash = typeof fields.password_hash !== "string" || isKnownForm(fields.password_hash);
    return isHash ? row : { line, kind, fields: { ...fields, password_hash: NO_HASH } };
  }
  if (kind !== "key") return row;
  const hashed = hashKey(read.record as KeyRecord, hashing);
  if ("refused" in hashed) return refuse(hashed.refused);
  const own = withoutClear(fields, hashed.stored);
  const former = hashed.replaced.map(({ stored }, index) => ({ stored, fields: listOf(fields.replaced)[index] ?? {} }));
  const replaced = former.map((each) => withoutClear(each.fields, each.stored));
  return { line, kind, fields: { ...own, ...(replaced.length > 0 && { replaced }) } };
}

function listOf(replaced: unknown): Fields[] {
  const list = parsedList(replaced);
  return Array.isArray(list) ? list : [];
}
