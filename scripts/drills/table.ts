import type { Row } from "./drill";

const COLUMNS: readonly { head: string; cell(row: Row): string }[] = [
  { head: "drill", cell: ({ drill }) => drill },
  { head: "verify answered", cell: ({ answered }) => shown(answered) },
  {
    head: "refused, answerable",
    cell: ({ refused, refusedSeconds }) => (refused === undefined ? "" : `${refused} in ${seconds(refusedSeconds)}`),
  },
  { head: "hung", cell: ({ hung }) => shown(hung) },
  { head: "recovers in", cell: ({ recoverySeconds }) => (recoverySeconds === null ? "never" : seconds(recoverySeconds)) },
  { head: "lost", cell: ({ lost }) => shown(lost) },
  { head: "doubled", cell: ({ doubled }) => shown(doubled) },
];

/** A line for each drill, and below it every bound that did not hold. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => (row.answered === undefined ? [row.drill] : COLUMNS.map(({ cell }) => cell(row))));
  const heads = COLUMNS.map(({ head }) => head);
  const widths = heads.map((head, column) => Math.max(head.length, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const written = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  return [written(heads), ...lines.map((cells, index) => `${written(cells)}${remarkOf(rows[index])}`)].join("\n");
}

function remarkOf(row: Row | undefined): string {
  return row?.notTried ? `  not tried: ${row.notTried}` : "";
}

function shown(number: number | undefined): string {
  return number === undefined ? "" : String(number);
}

function seconds(number: number | undefined): string {
  return number === undefined ? "" : `${number.toFixed(1)} s`;
}
