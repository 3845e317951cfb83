import { hash } from "node:crypto";

/** Of a row: the number of its file, and its line. */
export type Place = { file: number; line: number };

/** A place in one number, which a double holds exactly: lines below 2^40. */
const LINES = 2 ** 40;
const FULL = 0.7;
const CHUNK_BYTES = 1024 * 1024;

/**
 * A number for each text, above 0. A text is known by 64 bits of its SHA-256: 16 bytes and some room for each, outside of the
 * heap, so that millions of rows fit. Of ten million texts, two are taken for one once in some 400,000 imports.
 */
class Numbers {
  private high = new Uint32Array(1024);
  private low = new Uint32Array(1024);
  private numbers = new Float64Array(1024);
  private count = 0;

  /** The number that the text has, or 0: from now on it has this one. */
  note(text: string, number: number): number {
    if (this.count > this.numbers.length * FULL) this.grow();
    const [high, low] = fingerprint(text);
    const slot = this.slotOf(high, low);
    const known = this.numbers[slot] ?? 0;
    if (known !== 0) return known;
    this.high[slot] = high;
    this.low[slot] = low;
    this.numbers[slot] = number;
    this.count += 1;
    return 0;
  }

  /** 0 where it has none. */
  find(text: string): number {
    const [high, low] = fingerprint(text);
    return this.numbers[this.slotOf(high, low)] ?? 0;
  }

  /** A slot with the number 0 is free. */
  private slotOf(high: number, low: number): number {
    const mask = this.numbers.length - 1;
    let slot = low & mask;
    while (this.numbers[slot] !== 0 && (this.high[slot] !== high || this.low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { high, low, numbers } = this;
    const size = numbers.length * 2;
    this.high = new Uint32Array(size);
    this.low = new Uint32Array(size);
    this.numbers = new Float64Array(size);
    for (let from = 0; from < numbers.length; from += 1) {
      const number = numbers[from] ?? 0;
      if (number === 0) continue;
      const [oneHigh = 0, oneLow = 0] = [high[from], low[from]];
      const slot = this.slotOf(oneHigh, oneLow);
      this.high[slot] = oneHigh;
      this.low[slot] = oneLow;
      this.numbers[slot] = number;
    }
  }
}

/** Where in the files something was met first. */
export class Seen {
  private readonly places = new Numbers();

  /** Where it was met before; otherwise null, and from now on this is the place. */
  note(text: string, { file, line }: Place): Place | null {
    return toPlace(this.places.note(text, file * LINES + line));
  }

  find(text: string): Place | null {
    return toPlace(this.places.find(text));
  }
}

/** Lists of texts by names, for millions of them: they lie end to end, outside of the heap. */
export class Texts {
  private readonly starts = new Numbers();
  private readonly chunks: Buffer[] = [];
  private used = CHUNK_BYTES;

  /** For each of the names that has none. */
  add(names: readonly string[], texts: readonly string[]): void {
    const bytes = Buffer.from(`${JSON.stringify(texts)}\n`);
    if (this.used + bytes.length > CHUNK_BYTES) {
      this.chunks.push(Buffer.alloc(Math.max(CHUNK_BYTES, bytes.length)));
      this.used = 0;
    }
    this.chunks.at(-1)?.set(bytes, this.used);
    for (const name of names) this.starts.note(name, this.chunks.length * CHUNK_BYTES + this.used);
    this.used += bytes.length;
  }

  find(name: string): string[] | null {
    const start = this.starts.find(name);
    const chunk = this.chunks[Math.floor(start / CHUNK_BYTES) - 1];
    if (!chunk) return null;
    const from = start % CHUNK_BYTES;
    return JSON.parse(chunk.toString("utf8", from, chunk.indexOf("\n", from)));
  }
}

/** Lines begin at 1. */
function toPlace(number: number): Place | null {
  return number === 0 ? null : { file: Math.floor(number / LINES), line: number % LINES };
}

function fingerprint(text: string): [number, number] {
  const digest = hash("sha256", text, "buffer");
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
