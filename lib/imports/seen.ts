import { hash } from "node:crypto";

/** Of a row: the number of its file, and its line. */
export type Place = { file: number; line: number };

/** A place in one number, which a double holds exactly: lines below 2^40. */
const LINES = 2 ** 40;
const FULL = 0.7;

/**
 * Where in the files something was met first, by half of its SHA-256: 16 bytes and some room for each, so that millions of
 * rows fit. Two things that are not the same are taken for it once in some 10^12 pairs of millions.
 */
export class Seen {
  private high = new Uint32Array(1024);
  private low = new Uint32Array(1024);
  private places = new Float64Array(1024);
  private count = 0;

  /** Where it was met before; otherwise null, and from now on this is the place. */
  note(text: string, place: Place): Place | null {
    if (this.count > this.places.length * FULL) this.grow();
    const [high, low] = fingerprint(text);
    const slot = this.slotOf(high, low);
    const known = this.places[slot] ?? 0;
    if (known !== 0) return toPlace(known);
    this.high[slot] = high;
    this.low[slot] = low;
    this.places[slot] = place.file * LINES + place.line;
    this.count += 1;
    return null;
  }

  find(text: string): Place | null {
    const [high, low] = fingerprint(text);
    const known = this.places[this.slotOf(high, low)] ?? 0;
    return known === 0 ? null : toPlace(known);
  }

  /** Lines begin at 1: a slot with the place 0 is free. */
  private slotOf(high: number, low: number): number {
    const mask = this.places.length - 1;
    let slot = low & mask;
    while (this.places[slot] !== 0 && (this.high[slot] !== high || this.low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { high, low, places } = this;
    const size = places.length * 2;
    this.high = new Uint32Array(size);
    this.low = new Uint32Array(size);
    this.places = new Float64Array(size);
    for (const [from, place] of places.entries()) {
      if (place === 0) continue;
      const [oneHigh = 0, oneLow = 0] = [high[from], low[from]];
      const slot = this.slotOf(oneHigh, oneLow);
      this.high[slot] = oneHigh;
      this.low[slot] = oneLow;
      this.places[slot] = place;
    }
  }
}

function toPlace(known: number): Place {
  return { file: Math.floor(known / LINES), line: known % LINES };
}

function fingerprint(text: string): [number, number] {
  const digest = hash("sha256", text, "buffer");
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
