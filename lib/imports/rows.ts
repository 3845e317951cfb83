import { ERRORS, isErrorCode } from "@/lib/values/errors";
import { CsvReader, cellsOf, delimiterOf } from "./csv-rows";
import { withoutBlanks } from "./fields";
import { linesOf } from "./lines";
import { ORNAMENTS, RECORDS, type RecordKind, type RecordOf } from "./records";

export type Fields = Record<string, unknown>;
/** What a file says in one place: what it is about and its fields, or why it is refused. Never quotes what it said. */
export type Row =
  | { line: number; kind: RecordKind; fields: Fields }
  | { line: number; refused: string; kind?: RecordKind; id?: unknown };

/** Some rows, and how many bytes of the file they took. */
export type Rows = { rows: Row[]; bytes: number };

/** A file, that can be read as often as is needed. `size` in bytes. One that was read before has its `rows`. */
export type ImportFile = { name: string; size: number } & (
  | { open(): AsyncIterable<Uint8Array> }
  | { rows(): AsyncIterable<Rows> }
);

/** An import that cannot begin, or not go on, and why: for whoever started it. */
export class ImportFailure extends Error {}

const COLUMNS = new Set(Object.values(RECORDS).flatMap((schema) => Object.keys(schema.shape)));
/** Words, and not many: in the place of a name there may be anything, a credential too. */
const NAME = /^(?=.{1,24}$)[a-z]+(?:[ _-][a-z]+)*$/i;
const CREDENTIALS = ["credential", "credential_sha256", "latchkey_hash"];

/**
 * The rows of a file, a piece at a time. Blank lines are none.
 * @throws ImportFailure where its heading cannot be understood
 */
export async function* rowsOf(file: ImportFile): AsyncGenerator<Rows> {
  if ("rows" in file) return yield* file.rows();
  let bytes = 0;
  const counted = async function* () {
    for await (const piece of file.open()) {
      bytes += piece.byteLength;
      yield piece;
    }
  };
  let csv: { reader: CsvReader; toRow: (cells: string[], line: number) => Row } | "ndjson" | null = null;
  for await (const lines of linesOf(counted())) {
    const rows: Row[] = [];
    let from = 0;
    while (csv === null && from < lines.length) {
      const line = lines[from];
      if (line && "refused" in line) throw new ImportFailure(`${file.name}: the first line cannot be read. ${line.refused}`);
      if (line?.text.trim()) {
        csv = begin(file.name, line.text.trim());
        if (csv !== "ndjson") from += 1;
        break;
      }
      from += 1;
    }
    const rest = lines.slice(from);
    if (csv === "ndjson") for (const line of rest) rows.push(...("refused" in line ? [line] : readJson(line.line, line.text)));
    else if (csv) for (const row of csv.reader.read(rest)) rows.push("cells" in row ? csv.toRow(row.cells, row.line) : row);
    yield { rows, bytes };
    bytes = 0;
  }
  if (csv && csv !== "ndjson") {
    const { toRow } = csv;
    yield { rows: csv.reader.end().map((row) => ("cells" in row ? toRow(row.cells, row.line) : row)), bytes };
  }
}

function begin(name: string, first: string) {
  if (first.startsWith("{")) return "ndjson" as const;
  if (first.startsWith("[")) throw new ImportFailure(`${name} is a JSON array. Write one object to a line (NDJSON).`);
  const delimiter = delimiterOf(first);
  const heading = cellsOf(first, delimiter)?.map((cell) => cell.trim().toLowerCase());
  if (!heading) throw new ImportFailure(`${name}: the quotes of the heading cannot be read.`);
  const unknown = heading.flatMap((column, place) => (COLUMNS.has(column) ? [] : [{ column, place }]));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 5).map(({ column, place }) => (NAME.test(column) ? `"${column}"` : `column ${place + 1}`));
    throw new ImportFailure(`${name} has columns that are not known: ${names.join(", ")}. Its first line must name the columns.`);
  }
  if (new Set(heading).size < heading.length) throw new ImportFailure(`${name} has a column twice.`);
  const giveUp = (reason: string): never => {
    throw new ImportFailure(`${name} cannot be read: ${reason}`);
  };
  return { reader: new CsvReader(delimiter, giveUp), toRow: rowReader(heading, kindOf(name, heading)) };
}

/** What the rows of a heading are, where no column says it. */
function kindOf(name: string, heading: string[]): RecordKind | null {
  const has = (column: string) => heading.includes(column);
  if (has("type")) return null;
  if (CREDENTIALS.some(has)) return "key";
  if (has("credits") && !has("id")) return "balance";
  if (has("id") && has("email")) return "user";
  throw new ImportFailure(
    `${name}: its columns do not say what it holds. Users have id and email, keys a credential, balances credits.`,
  );
}

function rowReader(heading: string[], kind: RecordKind | null) {
  return (cells: string[], line: number): Row => {
    if (cells.length !== heading.length) return { line, refused: "The line has more or fewer columns than the first one." };
    const fields: Fields = {};
    for (const [place, column] of heading.entries()) if (cells[place]?.trim()) fields[column] = cells[place];
    return toRow(line, fields, kind);
  };
}

function readJson(line: number, text: string): Row[] {
  if (text.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ line, refused: "The line is no JSON." }];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [{ line, refused: "The line is no JSON object." }];
  return [toRow(line, withoutBlanks(value as Fields), null)];
}

function toRow(line: number, fields: Fields, kind: RecordKind | null): Row {
  const type = kind ?? fields.type;
  if (typeof type !== "string" || !Object.hasOwn(RECORDS, type))
    return { line, refused: "Its type must be user, key, balance or form." };
  return { line, kind: type as RecordKind, fields };
}

type ReadRecord<Kind extends RecordKind> =
  | { record: RecordOf<Kind>; leftOut: string[]; refused?: undefined }
  | { refused: string; record?: undefined };

/** The row as its schema reads it, and why ornaments are left out; or the first other thing that is wrong with it. */
export function readRecord<Kind extends RecordKind>(kind: Kind, fields: Fields): ReadRecord<Kind> {
  const read = RECORDS[kind].safeParse(fields);
  if (read.success) return { record: read.data as RecordOf<Kind>, leftOut: [] };
  const isOrnament = (name: unknown) => ORNAMENTS[kind]?.some((each) => each === name) ?? false;
  const other = read.error.issues.find(({ path }) => !isOrnament(path[0]));
  if (other) return { refused: describe(other) };
  const wrong = new Map(read.error.issues.map((issue) => [String(issue.path[0]), describe(issue)]));
  const rest = readRecord(kind, Object.fromEntries(Object.entries(fields).filter(([name]) => !wrong.has(name))));
  return rest.refused === undefined ? { ...rest, leftOut: [...wrong.values()] } : rest;
}

function describe(issue: { code?: string; message: string; path: PropertyKey[]; keys?: string[] } | undefined): string {
  if (!issue) return "The row is not valid.";
  if (issue.code === "unrecognized_keys") {
    const name = issue.keys?.[0] ?? "";
    return `It has a field that is not known${NAME.test(name) ? `: ${name}` : ""}.`;
  }
  const message = isErrorCode(issue.message) ? `${ERRORS[issue.message].message}.` : issue.message;
  const path = issue.path.filter((part) => typeof part === "string").join(".");
  return path ? `${path}: ${message}` : message;
}
