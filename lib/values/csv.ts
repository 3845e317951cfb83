/**
 * A line of CSV (RFC 4180). Spreadsheets run what begins like a formula, so such a cell gets an apostrophe in front, which
 * they take as "text follows".
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
  yield csvLine(columns);
  let rows = first;
  for (;;) {
    if (rows.length > 0) yield rows.map(lineOf).join("");
    const last = rows.at(-1);
    if (!last || rows.length < CSV_CHUNK) return;
    rows = await read(last);
  }
}
