const WORDS = 2 ** 32;
const LOAD = 0.75;
const GROWTH = 1.25;
const LEAST = 64;

/**
 * Which rows have which hash: open addressing in four bytes for each, whatever the number of slots. What follows a removed
 * one moves up, so that nothing is left behind however often rows come and go.
 * @param hashOf the hash of a row, 32 bits, evenly spread
 */
export class Slots {
  private slots = new Uint32Array(LEAST);
  private scale = LEAST / WORDS;
  private used = 0;

  constructor(private readonly hashOf: (row: number) => number) {}

  get bytes(): number {
    return this.slots.byteLength;
  }

  /** Where to begin to look. */
  first(hash: number): number {
    return Math.trunc(hash * this.scale);
  }

  /** -1 where nothing more stands. */
  rowAt(slot: number): number {
    return (this.slots[slot] ?? 0) - 1;
  }

  next(slot: number): number {
    return slot + 1 === this.slots.length ? 0 : slot + 1;
  }

  reserve(rows: number): void {
    const wanted = Math.max(LEAST, Math.ceil(rows / LOAD));
    if (wanted > this.slots.length) this.resize(wanted);
  }

  add(row: number): void {
    if (this.used + 1 > this.slots.length * LOAD) this.resize(Math.ceil(this.slots.length * GROWTH));
    this.put(row);
    this.used += 1;
  }

  remove(row: number): void {
    const { slots } = this;
    let hole = this.first(this.hashOf(row));
    while (slots[hole] !== row + 1) {
      if (slots[hole] === 0) return;
      hole = this.next(hole);
    }
    for (let slot = this.next(hole); slots[slot] !== 0; slot = this.next(slot)) {
      const home = this.first(this.hashOf(this.rowAt(slot)));
      if (this.distance(home, slot) < this.distance(hole, slot)) continue;
      slots[hole] = slots[slot] ?? 0;
      hole = slot;
    }
    slots[hole] = 0;
    this.used -= 1;
  }

  private distance(from: number, to: number): number {
    return to >= from ? to - from : to + this.slots.length - from;
  }

  private put(row: number): void {
    let slot = this.first(this.hashOf(row));
    while (this.slots[slot] !== 0) slot = this.next(slot);
    this.slots[slot] = row + 1;
  }

  private resize(length: number): void {
    const former = this.slots;
    this.slots = new Uint32Array(length);
    this.scale = length / WORDS;
    for (const row of former) if (row !== 0) this.put(row - 1);
  }
}
