import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { ImportFile, Row, Rows } from "./rows";

/** What stands before the rows. `size`: of the file as it came, in bytes. */
type KeptHead = { size: number; allowWeak: boolean };

/** Compresses a line of JSON for the head and one for each piece of rows. */
export async function packRows(head: KeptHead, pieces: AsyncIterable<Rows>): Promise<Buffer<ArrayBuffer>> {
  const packed: Buffer[] = [];
  await pipeline(
    async function* () {
      yield `${JSON.stringify(head)}\n`;
      for await (const piece of pieces) yield `${JSON.stringify(piece)}\n`;
    },
    createGzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) packed.push(chunk);
    },
  );
  return Buffer.concat(packed);
}

/** The file again, as `importRecords` takes it. */
export async function unpackFile(name: string, packed: Uint8Array): Promise<ImportFile & KeptHead> {
  for await (const line of linesOf(packed)) {
    const head = JSON.parse(line) as KeptHead;
    return { name, ...head, rows: () => unpackRows(packed) };
  }
  throw new Error("a kept file is empty");
}

async function* unpackRows(packed: Uint8Array): AsyncGenerator<Rows> {
  let isHead = true;
  for await (const line of linesOf(packed)) {
    if (!isHead) yield JSON.parse(line) as { rows: Row[]; bytes: number };
    isHead = false;
  }
}

async function* linesOf(packed: Uint8Array): AsyncGenerator<string> {
  const unpacking = createGunzip();
  unpacking.end(packed);
  let rest = "";
  for await (const piece of unpacking.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
