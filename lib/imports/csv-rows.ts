import { parse } from "csv-parse/sync";
import { type Line, MAX_LINE_BYTES } from "./lines";

/** What a file has besides its heading: cells, or why there are none. A cell in quotes may hold line breaks. */
type CsvRow = { line: number; cells: string[] } | { line: number; refused: string };

const DELIMITERS = [",", ";", "\t"];
/** So many characters may be put together in vain, and so many for each that was read: a file is no work without end. */
const [IN_VAIN, IN_VAIN_EACH] = [16 * 1024 * 1024, 4];
const OPTIONS = { relax_column_count: true, record_delimiter: "\n" } as const;

/** The one that the heading has most of, outside quotes. */
export function delimiterOf(heading: string): string {
  const bare = heading.replace(/"[^"]*"/g, "");
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: bare.split(delimiter).length }));
  return counted.reduce((most, each) => (each.count > most.count ? each : most)).delimiter;
}

/** Null for a line that no quotes make sense of. */
export function cellsOf(text: string, delimiter: string): string[] | null {
  try {
    const records: string[][] = parse(text, { ...OPTIONS, delimiter });
    return records.length === 1 ? (records[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** Puts lines together to rows, piece by piece: a quote that is never closed costs its own line, and no other. */
export class CsvReader {
  private waiting: Line[] = [];
  private mayBeInVain = IN_VAIN;

  constructor(
    private readonly delimiter: string,
    private readonly giveUp: (reason: string) => never,
  ) {}

  read(lines: readonly Line[]): CsvRow[] {
    for (const line of lines) if ("text" in line) this.mayBeInVain += line.text.length * IN_VAIN_EACH;
    return this.take([...this.waiting, ...lines], false);
  }

  end(): CsvRow[] {
    return this.take(this.waiting, true);
  }

  private take(lines: Line[], isEnd: boolean): CsvRow[] {
    const whole: (CsvRow | { line: number; text: string })[] = [];
    let from = 0;
    this.waiting = [];
    while (from < lines.length) {
      const { row, next } = this.joinFrom(lines, from, isEnd);
      if (!row) {
        this.waiting = lines.slice(from);
        break;
      }
      if (!("text" in row) || row.text !== "") whole.push(row);
      from = next;
    }
    return this.parseAll(whole);
  }

  /** The row that begins at a line, and where the next one does; none where its end has not come yet. */
  private joinFrom(lines: Line[], from: number, isEnd: boolean) {
    const first = lines[from];
    if (!first || "refused" in first) return { row: first ?? null, next: from + 1 };
    let text = first.text;
    let isOpen = endsInQuotes(text, this.delimiter, false);
    let next = from + 1;
    for (; isOpen && next < lines.length; next += 1) {
      const more = lines[next];
      if (!more || "refused" in more || text.length + more.text.length > MAX_LINE_BYTES)
        return this.unclosed(first.line, from, text);
      text += `\n${more.text}`;
      isOpen = endsInQuotes(more.text, this.delimiter, true);
    }
    // What was joined in vain, by the quote of a later row, costs the line that began it.
    if (!isOpen && next > from + 1 && !cellsOf(text, this.delimiter)) return this.unclosed(first.line, from, text);
    if (!isOpen) return { row: { line: first.line, text }, next };
    return isEnd ? this.unclosed(first.line, from, text) : { row: null, next: from };
  }

  private unclosed(line: number, from: number, joined: string) {
    this.mayBeInVain -= joined.length;
    if (this.mayBeInVain < 0) this.giveUp("thousands of its quotes are opened and never closed.");
    return { row: { line, refused: "A quote is opened and never closed." }, next: from + 1 };
  }

  private parseAll(rows: (CsvRow | { line: number; text: string })[]): CsvRow[] {
    const texts = rows.flatMap((row) => ("text" in row ? [row.text] : []));
    const parsed = this.parseTogether(texts);
    let place = 0;
    return rows.map((row) => {
      if (!("text" in row)) return row;
      const cells = parsed ? (parsed[place] ?? null) : cellsOf(row.text, this.delimiter);
      place += 1;
      return cells ? { line: row.line, cells } : { line: row.line, refused: "The quotes of the line cannot be read." };
    });
  }

  /** Many at once take a fraction of the time; null where one of them cannot be read. */
  private parseTogether(texts: string[]): string[][] | null {
    try {
      const records: string[][] = parse(texts.join("\n"), { ...OPTIONS, delimiter: this.delimiter });
      return records.length === texts.length ? records : null;
    } catch {
      return null;
    }
  }
}

/** Whether a line ends within a cell in quotes; `isOpen`: whether it began within one. */
function endsInQuotes(text: string, delimiter: string, isOpen: boolean): boolean {
  if (!text.includes('"')) return isOpen;
  let isInside = isOpen;
  for (let place = 0; place < text.length; place += 1) {
    if (text[place] !== '"') continue;
    if (isInside && text[place + 1] === '"') place += 1;
    else if (isInside) isInside = false;
    else if (place === 0 || text[place - 1] === delimiter) isInside = true;
  }
  return isInside;
}
