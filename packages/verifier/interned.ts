/** Values that many rows share, kept once for as long as one has them. */
export class Interned<Value> {
  private readonly places = new Map<string, number>();
  private readonly names: string[] = [];
  private readonly values: (Value | undefined)[] = [];
  private readonly counts: number[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.places.size;
  }

  /** One more has it. */
  take(name: string, make: () => Value): number {
    const known = this.places.get(name);
    if (known !== undefined) {
      this.counts[known] = (this.counts[known] ?? 0) + 1;
      return known;
    }
    const place = this.free.pop() ?? this.values.length;
    this.places.set(name, place);
    this.names[place] = name;
    this.values[place] = make();
    this.counts[place] = 1;
    return place;
  }

  at(place: number): Value {
    return this.values[place] as Value;
  }

  /** One less. */
  leave(place: number): void {
    const left = (this.counts[place] ?? 0) - 1;
    this.counts[place] = left;
    if (left > 0) return;
    this.places.delete(this.names[place] ?? "");
    this.values[place] = undefined;
    this.free.push(place);
  }
}
