/** The two clocks of this process, in milliseconds. */
export type Clocks = {
  /** Goes forward only; stands still while the machine sleeps. */
  monotonic(): number;
  wall(): number;
};

/** How far apart two honest clocks run: what keeps clocks in step may slew one of them by a twelfth. */
const RATE = 1.1;
/** Instants of the database are whole milliseconds, cut off. */
const CUT_MS = 1;
/** More than so much between two readings by one clock and not by the other, and the machine slept, or a clock was set. */
const MAX_JUMP_MS = 1_000;
/** Of its own running time a process notices in so much that the machine slept. */
const COMPARE_MS = 1;
/** No connection holds a frame for so long: a clock that was set back is believed again after this at the latest. */
const MAX_BACK_MS = 10_000;

type Sample = { sentAt: number; receivedAt: number; now: number };

/**
 * How old what is known is, by the database's clock, without trusting that clocks are in step. The database read its clock
 * after it was asked, so at any later moment it shows at most what it said plus what has passed here since then. Each
 * question is judged by the clocks as they are then, never by one read before: a process that stood still would not notice.
 */
export class Freshness {
  private sample: Sample | null = null;
  /** The newest instant by which all that had been committed is known. */
  private asOf = Number.NEGATIVE_INFINITY;
  /** When that instant was, at the earliest, by the clock here: holds whatever happens to the database's clock later. */
  private bornAt = Number.NEGATIVE_INFINITY;
  /** An instant counts only from here on: those before may be of a clock that was set back since. */
  private barrier = Number.NEGATIVE_INFINITY;
  /** Nothing counts until the database was asked for its time after this. */
  private doubtedAt = Number.NEGATIVE_INFINITY;
  private isDoubted = true;
  /** Until when what is known is fresh, by the clock here, as far as samples and frames tell. */
  private freshUntil = Number.NEGATIVE_INFINITY;
  private apart: number;
  private readAt = 0;
  private comparedAt: number;

  constructor(
    private readonly clocks: Clocks,
    private boundMs: number,
  ) {
    this.comparedAt = clocks.monotonic();
    this.apart = clocks.wall() - this.comparedAt;
  }

  /** The one question of every check: reads the clocks, for what is asked next. */
  isFresh(): boolean {
    this.readAt = this.read();
    return this.readAt <= this.freshUntil && !this.isDoubted;
  }

  /** No less than the age of what is known when `isFresh` was asked; infinite where nothing tells. */
  ageThen(): number {
    return this.isDoubted ? Number.POSITIVE_INFINITY : this.ageAt(this.readAt);
  }

  /** The same where a clock that was set is no reason to stop: for those who go on with what is stale. */
  knownAgeThen(): number {
    return this.ageAt(this.readAt);
  }

  /** The database's clock when `isFresh` was asked: it was not later. */
  databaseThen(): number {
    return this.sample ? latestAt(this.sample, this.readAt) : Number.POSITIVE_INFINITY;
  }

  ageMs(): number {
    this.isFresh();
    return this.ageThen();
  }

  /** The database's clock now: it is not later. Null before the first sample. */
  databaseNow(): number | null {
    return this.sample ? latestAt(this.sample, this.clocks.monotonic()) : null;
  }

  asOfMs(): number | null {
    return Number.isFinite(this.asOf) ? this.asOf : null;
  }

  /** Whether the database should be asked for its time at once. */
  needsSample(): boolean {
    return this.isDoubted;
  }

  setBound(boundMs: number): void {
    this.boundMs = boundMs;
    this.judge();
  }

  /** What the database said its time was, to a question that was sent then. */
  addSample(sentAt: number, now: number): void {
    const receivedAt = this.read();
    const next: Sample = { sentAt, receivedAt, now };
    const known = this.sample;
    if (this.isDoubted && sentAt >= this.doubtedAt) this.isDoubted = false;
    if (!known) this.sample = next;
    else if (now > latestAt(known, receivedAt)) {
      // Set forward, or faster than believed: the larger one holds.
      this.sample = next;
    } else if (latestAt(next, receivedAt) < earliestAt(known, receivedAt)) {
      // Set back: instants of before look younger than they are.
      this.barrier = Math.min(latestAt(known, receivedAt), now + MAX_BACK_MS);
      this.sample = next;
      this.asOf = Number.NEGATIVE_INFINITY;
      this.bornAt = Number.NEGATIVE_INFINITY;
    } else if (latestAt(next, receivedAt) < latestAt(known, receivedAt)) this.sample = next;
    this.judge();
  }

  /** All that was committed by this instant is known from now on. */
  addFrame(asOf: number): void {
    const now = this.read();
    if (!this.sample || asOf < this.barrier || asOf < this.asOf) return;
    const latest = latestAt(this.sample, now);
    // It was read before now: either the clock is later than believed, or it is of before the clock was set back.
    if (asOf > latest) {
      this.doubt(now);
      this.judge();
      return;
    }
    this.asOf = asOf;
    this.bornAt = Math.max(this.bornAt, now - (latest - asOf) / RATE);
    this.judge();
  }

  /** What was known is not held any more. What time it is, still. */
  forget(): void {
    this.asOf = Number.NEGATIVE_INFINITY;
    this.bornAt = Number.NEGATIVE_INFINITY;
    this.judge();
  }

  private doubt(now: number): void {
    this.isDoubted = true;
    this.doubtedAt = now;
  }

  private read(): number {
    const now = this.clocks.monotonic();
    const since = now - this.comparedAt;
    // In less than that nobody sleeps.
    if (since < COMPARE_MS) return now;
    this.comparedAt = now;
    // What is read now may have waited as long, and a clock may have been set meanwhile.
    if (since > this.boundMs) this.doubt(now);
    const apart = this.clocks.wall() - now;
    const moved = apart - this.apart;
    if (moved > MAX_JUMP_MS || moved < -MAX_JUMP_MS) this.doubt(now);
    this.apart = apart;
    return now;
  }

  private ageAt(now: number): number {
    if (!this.sample) return Number.POSITIVE_INFINITY;
    return Math.max(latestAt(this.sample, now) - this.asOf, (now - this.bornAt) * RATE);
  }

  /** Solves `ageAt(now) <= boundMs` for `now`, once for all checks. */
  private judge(): void {
    const { sample, asOf, bornAt, boundMs } = this;
    this.freshUntil = sample
      ? Math.min(sample.sentAt + (asOf + boundMs - sample.now - CUT_MS) / RATE, bornAt + boundMs / RATE)
      : Number.NEGATIVE_INFINITY;
  }
}

/** The latest that the database's clock can show at that moment. */
function latestAt({ sentAt, now }: Sample, at: number): number {
  return now + CUT_MS + (at - sentAt) * RATE;
}

/** The earliest. */
function earliestAt({ receivedAt, now }: Sample, at: number): number {
  return now + (at - receivedAt) / RATE;
}
