import { CREDENTIAL_FORMATS, CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import { type Cursor, covers, laterOf, parseCursor } from "@latchkey/rule/cursors";
import { type RoundLine, type SnapshotList, type StateLine, UNSEALED_COUNTED, type UnsealedCounts } from "@latchkey/rule/feed";
import type { Freshness } from "./freshness";
import { NotBelieved, type Round } from "./round";
import { Table } from "./table";

/** What applying a round did; `narrowed`: the ids of keys that are accepted no more, or for less. */
export type Applied = { isNew: boolean; hasNarrowed: boolean; narrowed: string[] };

/** What is known of all keys, and up to where: the lines first, then the cursor, then how fresh it is. */
export class Replica {
  table = new Table();
  epoch: string | null = null;
  history: string | null = null;
  salt = "";
  unsealed: number | null = null;
  /** Null too where the portal does not say it by form. */
  unsealedByForm: UnsealedCounts | null = null;
  /** Null until all of a snapshot is there. */
  cursor: Cursor | null = null;
  cursorText: string | null = null;
  /** Of some it was told up to here that they have changed, and not how: a snapshot that covers it says that. Null where all is known. */
  lacksFrom: Cursor | null = null;

  /** Told of the first call with a key that was made while this process ran. */
  firstUsed: (credential: string) => void = () => {};

  constructor(protected readonly freshness: Freshness) {}

  /** Nothing that was known holds any more. */
  forget(): void {
    this.freshness.forget();
    this.table = new Table();
    this.epoch = null;
    this.history = null;
    this.unsealed = null;
    this.unsealedByForm = null;
    this.cursor = null;
    this.cursorText = null;
    this.lacksFrom = null;
  }

  begin({ epoch, history, keys, owners }: Pick<SnapshotList, "epoch" | "history" | "keys" | "owners">, salt: string): void {
    this.forget();
    this.epoch = epoch;
    this.history = history;
    this.salt = salt;
    // As long as nobody says otherwise: a list may say anything until its pages are there.
    this.table.reserve(Math.min(keys, MAX_RESERVED), Math.min(owners, MAX_RESERVED));
  }

  addPage(lines: readonly StateLine[]): void {
    for (const line of lines) this.table.apply(line);
  }

  /** All pages are there: what came since follows from here. */
  complete(cursor: string): void {
    this.cursor = parsed(cursor);
    this.cursorText = cursor;
  }

  /**
   * States of a snapshot with this cursor, read beside what goes on. False, and nothing is taken, where it does not cover all
   * that has to be asked about: it may hold what was before that changed, which nothing here would tell from what is.
   */
  relearn(lines: readonly StateLine[], cursor: Cursor): boolean {
    if (!this.lacksFrom || !covers(cursor, this.lacksFrom)) return false;
    this.addPage(lines);
    return true;
  }

  /** Whether every live credential of this form should be known here: none of them is final by it. */
  knowsAll(credential: string): boolean {
    const { unsealed, unsealedByForm: counts } = this;
    if (unsealed === null || unsealed >= UNSEALED_COUNTED) return false;
    const form = CREDENTIAL_FORMATS.find((format) => credential.startsWith(CREDENTIAL_PREFIXES[format])) ?? "foreign";
    return unsealed === 0 || counts?.[form] === 0;
  }

  /** All states of a snapshot with this cursor are here: what it covers is known again. */
  caughtUp(cursor: Cursor): void {
    if (!this.lacksFrom || !covers(cursor, this.lacksFrom)) return;
    this.lacksFrom = null;
    this.table.keepGraves(false);
  }

  /**
   * Null for a round that begins after what is known: something would be missing.
   * @throws NotBelieved, RangeError for what no portal says
   */
  apply({ frame, lines }: Round): Applied | null {
    const { cursor, table } = this;
    if (!cursor || !covers(cursor, parsed(frame.from))) return null;
    const to = parsed(frame.to);
    const applied: Applied = { isNew: false, hasNarrowed: false, narrowed: [] };
    // A round that says nothing new may say what is older than what is known.
    if (!covers(cursor, to)) {
      applied.isNew = true;
      for (const line of lines) {
        if (line.t === "unsealed") continue;
        if (line.t === "ask") {
          this.lacksFrom = to;
          table.keepGraves(true);
          applied.hasNarrowed = true;
          for (const id of table.unlearn(line)) applied.narrowed.push(id);
          continue;
        }
        if (table.apply(line, true) !== "narrowed") continue;
        applied.hasNarrowed = true;
        if (line.t === "key") applied.narrowed.push(line.id);
      }
      this.cursor = laterOf(cursor, to);
      if (this.cursor === to) this.cursorText = frame.to;
    }
    this.history = frame.history;
    this.unsealed = frame.unsealed;
    this.unsealedByForm = frame.unsealed === 0 ? NONE : countsOf(lines);
    // One that was read before what is known says nothing of now, whatever the clock was then.
    if (covers(to, cursor)) this.freshness.addFrame(frame.as_of);
    return applied;
  }
}

const NONE: UnsealedCounts = { mf_live: 0, datazag: 0, foreign: 0 };
const MAX_RESERVED = 20_000_000;

function countsOf(lines: readonly RoundLine[]): UnsealedCounts | null {
  const told = lines.find(({ t }) => t === "unsealed");
  return told?.t === "unsealed" ? { mf_live: told.mf_live, datazag: told.datazag, foreign: told.foreign } : null;
}

export function parsed(text: string): Cursor {
  const cursor = parseCursor(text);
  if (!cursor) throw new NotBelieved("A cursor of the feed is none.");
  return cursor;
}
