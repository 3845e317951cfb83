import { isUtf8 } from "node:buffer";

/** Of a file, from 1; what is refused is not kept. */
export type Line = { line: number; text: string } | { line: number; refused: string };

export const MAX_LINE_BYTES = 64 * 1024;
const [NEWLINE, RETURN] = [0x0a, 0x0d];
const BYTE_ORDER_MARK = "\uFEFF";

/** The lines of each piece of a stream, without what ends them. No more is kept of one than it may be long. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  let begun: Buffer[] = [];
  let length = 0;
  let line = 0;
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES + 2) begun.push(part);
    else begun = [];
  };
  const end = (): Line => {
    const bytes = begun.length === 1 && begun[0] ? begun[0] : Buffer.concat(begun);
    line += 1;
    const ended = readLine(line, bytes, length);
    begun = [];
    length = 0;
    return ended;
  };
  for await (const piece of stream) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const lines: Line[] = [];
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
      add(bytes.subarray(from, to));
      lines.push(end());
      from = to + 1;
    }
    if (from < bytes.length) add(bytes.subarray(from));
    yield lines;
  }
  if (length > 0) yield [end()];
}

function readLine(line: number, given: Buffer, length: number): Line {
  const bytes = given.at(-1) === RETURN ? given.subarray(0, -1) : given;
  if (length > MAX_LINE_BYTES + 1 || bytes.length > MAX_LINE_BYTES) return { line, refused: "The line is longer than 64 KiB." };
  if (bytes.includes(0)) return { line, refused: "The line holds a NUL." };
  if (!isUtf8(bytes)) return { line, refused: "The line is not UTF-8." };
  const text = bytes.toString();
  return { line, text: line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
}
