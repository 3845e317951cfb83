import { createHash } from "node:crypto";
import {
  type ByeLine,
  type FrameLine,
  type HelloLine,
  type ResetLine,
  type RoundLine,
  type StateLine,
  signedTextOf,
  signedTextOfReset,
  signedTextOfTime,
  type TimeLine,
} from "@latchkey/rule/feed";

/** Of what belongs together: fifty thousand changes have fewer. */
const MAX_ROUND_BYTES = 64 * 1024 * 1024;
/** A frame names two cursors of thousands of open writers. */
const MAX_LINE_BYTES = 1024 * 1024;
const LINE_END = 10;

/** A round whose frame holds: nothing else is ever applied. */
export type Round = { t: "round"; frame: FrameLine; lines: RoundLine[] };
export type Heard = Round | HelloLine | TimeLine | ByeLine | ResetLine;

export type Signed = {
  epoch: string;
  /** Null before any frame was seen. */
  history: string | null;
  /** Whether the portal signed this text. */
  isSigned(text: string, signature: string): boolean;
};

/** What came is not what the portal sent: nothing of it counts. */
export class NotBelieved extends Error {
  override name = "NotBelieved";
}

/**
 * Reads what a stream says, whatever pieces it comes in. A round is given out whole, once its frame's signature holds over
 * the very bytes of its lines.
 */
export class RoundReader {
  private rest: Uint8Array[] = [];
  private restBytes = 0;
  private lines: Uint8Array[] = [];
  private roundBytes = 0;

  constructor(private readonly signed: Signed) {}

  /** @throws NotBelieved */
  *read(chunk: Uint8Array): Generator<Heard> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
      const line = this.joined(chunk.subarray(start, end + 1));
      start = end + 1;
      const heard = this.take(line);
      if (heard) yield heard;
    }
    if (start < chunk.length) this.keep(chunk.subarray(start));
  }

  private keep(bytes: Uint8Array): void {
    this.rest.push(bytes);
    this.restBytes += bytes.length;
    if (this.restBytes > MAX_LINE_BYTES) throw new NotBelieved("A line of the feed is too long.");
  }

  private joined(end: Uint8Array): Uint8Array {
    if (this.restBytes === 0) return end;
    const line = Buffer.concat([...this.rest, end]);
    this.rest = [];
    this.restBytes = 0;
    return line;
  }

  private take(line: Uint8Array): Heard | null {
    const value = isState(line) ? null : parse(line);
    switch (value?.t) {
      case "hello":
      case "bye":
        return value as HelloLine | ByeLine;
      case "time":
        return believeTime(value as TimeLine, this.signed) as TimeLine;
      case "reset":
        return this.believeReset(value as ResetLine);
      case "frame":
        return this.believeRound(value as FrameLine);
    }
    this.lines.push(line);
    this.roundBytes += line.length;
    if (this.roundBytes > MAX_ROUND_BYTES) throw new NotBelieved("A round of the feed is too long.");
    return null;
  }

  private believeReset(line: ResetLine): ResetLine {
    const { reason, epoch, as_of, signature } = line;
    if (!this.signed.isSigned(signedTextOfReset({ t: "reset", reason, epoch, as_of }), signature))
      throw new NotBelieved("A reset of the feed is not signed.");
    return line;
  }

  private believeRound(frame: FrameLine): Round {
    const { signed } = this;
    // What is not known yet may stand between two rounds; a round is the last lines before its frame.
    const lines = frame.lines > 0 ? this.lines.slice(-frame.lines) : [];
    this.lines = [];
    this.roundBytes = 0;
    if (!signed.isSigned(signedTextOf(frame), frame.signature)) throw new NotBelieved("A frame of the feed is not signed.");
    if (frame.epoch !== signed.epoch) throw new NotBelieved("A frame of the feed is of another epoch.");
    if (signed.history !== null && frame.history !== signed.history)
      throw new NotBelieved("A frame of the feed is of another history.");
    if (lines.length !== frame.lines || digestOf(lines) !== frame.sha256)
      throw new NotBelieved("A frame of the feed is of other lines.");
    return { t: "round", frame, lines: lines.flatMap(toLine) };
  }
}

/** @throws NotBelieved */
export function believeTime<Time extends Omit<TimeLine, "t">>(time: Time, { isSigned }: Pick<Signed, "isSigned">): Time {
  if (!isSigned(signedTextOfTime(time), time.signature)) throw new NotBelieved("A time of the feed is not signed.");
  return time;
}

/** The states of a page, whose digest it is named by. @throws NotBelieved */
export function linesOfPage(page: Uint8Array, sha256: string): StateLine[] {
  if (digestOf([page]) !== sha256) throw new NotBelieved("A page of the feed is another one.");
  const lines: StateLine[] = [];
  let start = 0;
  for (let end = page.indexOf(LINE_END); end >= 0; end = page.indexOf(LINE_END, start)) {
    lines.push(...toState(page.subarray(start, end + 1)));
    start = end + 1;
  }
  return lines;
}

function toState(line: Uint8Array): StateLine[] {
  return toLine(line).flatMap((each) => (each.t === "ask" || each.t === "unsealed" ? [] : [each]));
}

const KNOWN: ReadonlySet<string> = new Set(["key", "owner", "gone", "ask", "unsealed"] satisfies RoundLine["t"][]);

function toLine(line: Uint8Array): RoundLine[] {
  const value = parse(line);
  return KNOWN.has(value.t) ? [value as RoundLine] : [];
}

function digestOf(lines: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line);
  return hash.digest("hex");
}

const STATES = ['{"t":"key"', '{"t":"owner"', '{"t":"gone"', '{"t":"ask"'].map((begin) => Buffer.from(begin));

/** As the portal writes them: nearly all lines need no look inside before their frame is there. */
function isState(line: Uint8Array): boolean {
  return STATES.some((begin) => line.length > begin.length && begin.compare(line, 0, begin.length) === 0);
}

function parse(line: Uint8Array): { t: string } {
  try {
    const value: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString());
    if (typeof value === "object" && value !== null && "t" in value) return value as { t: string };
  } catch {
    // Said below.
  }
  throw new NotBelieved("A line of the feed is none.");
}
