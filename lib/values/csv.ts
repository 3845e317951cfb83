import { maskCredentials } from "@latchkey/rule/credentials";

/** So that spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";
/**
 * Where a cell begins that some spreadsheet would run as a formula (full-width forms included). Cells end at the list separator
 * of whoever opens the file, and quotes in the middle of such a cell are no quotes. Where that is the comma they are.
 */
const FORMULA_START = /(^|[;|\t\r\n])(?=[ \u00A0"']*[=+\-@＝＋－＠])|^(?=[\t\r])/g;

/** The first line of a file, with the mark in front of it. */
export function csvHeading(columns: readonly string[]): string {
  return BYTE_ORDER_MARK + csvLine(columns);
}

/**
 * A line of CSV (RFC 4180), in which no credential stands. Spreadsheets run what begins like a formula, so there an apostrophe
 * goes in front, which they take as "text follows".
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: string | number): string {
  const text = typeof value === "string" ? maskCredentials(value).replace(FORMULA_START, "$1'") : String(value);
  return /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows read at a time for a file that is sent while it is made: it fills no memory. */
export const CSV_CHUNK = 1000;

/** The heading, then each chunk's lines: `first`, and what `read` finds after the last row, until a chunk is not full. */
export async function* csvChunks<Row>(
  columns: readonly string[],
  first: readonly Row[],
  lineOf: (row: Row) => string,
  read: (last: Row) => Promise<readonly Row[]>,
): AsyncGenerator<string> {
  yield csvHeading(columns);
  let rows = first;
  for (;;) {
    if (rows.length > 0) yield rows.map(lineOf).join("");
    const last = rows.at(-1);
    if (!last || rows.length < CSV_CHUNK) return;
    rows = await read(last);
  }
}
