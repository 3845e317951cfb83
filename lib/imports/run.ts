import type { Actor } from "@/lib/audit/actors";
import { idOf } from "./fields";
import type { Forms } from "./forms";
import type { RecordKind, RecordOf } from "./records";
import { type Fields, type ImportFile, readRecord, rowsOf } from "./rows";
import type { Place, Seen, Texts } from "./seen";

/**
 * Of a row that is not imported or, `taken`, of a person who is without something that the row has. `first`: where what it repeats
 * stands.
 */
export type Remark = {
  file: string;
  line: number;
  id: string | null;
  reason: string;
  first: { file: string; line: number } | null;
  taken: boolean;
};

export const COUNTS = {
  users: { new: 0, joined: 0, taken_over: 0, there: 0, without_password: 0, with_less: 0 },
  keys: { new: 0, weak: 0, there: 0 },
  balances: { new: 0, there: 0 },
  forms: { read: 0 },
};
export type Counts = typeof COUNTS;

/** Whose a key or a balance is. In a dry run nobody has the `userId` of somebody who is not there yet. */
export type Owner = { userId: string; formerId: string };

/** An import under way. */
export type ImportRun = {
  source: string;
  files: readonly ImportFile[];
  actor: Actor;
  isDry: boolean;
  allowWeak: boolean;
  forms: Forms;
  /** In front of what is digested for verifiers; null where nothing is written. */
  salt: string | null;
  /** What each file has rows of. */
  kinds: ReadonlySet<RecordKind>[];
  /** What was met in the files so far. */
  seen: Seen;
  /** Of a dry run: the ids of whom would be there, as an `Owner` has them, by what rows may call them. */
  accepted: Texts;
  counts: Counts;
  /** How many rows there are; a balance that stands in a user's counts as one. */
  read: Record<RecordKind, number>;
  /** Answers null, which stands for a row that is not imported. */
  refuse(place: Place, id: unknown, reason: string, first?: Place | null): null;
  /** Of a row that is imported all the same. */
  remark(place: Place, id: unknown, reason: string): void;
  /** Fails where another import may have begun. */
  requireTurn(): Promise<void>;
  /** So many bytes more of a file have been read. */
  advance(bytes: number): Promise<void>;
};

export type Found<Kind extends RecordKind> = { place: Place; record: RecordOf<Kind> };

const BATCH = 1000;

/**
 * Reads the files that have rows of some kinds. `take` refuses a row by itself, or answers what is to be done; `write` gets up to
 * a thousand of these at a time, while the next ones are read.
 */
export async function eachBatch<Item>(
  run: ImportRun,
  kinds: readonly RecordKind[],
  take: (kind: RecordKind, fields: Fields, place: Place) => Item | null,
  write: (items: Item[]) => Promise<void>,
): Promise<void> {
  let batch: Item[] = [];
  let writing: Promise<void> = Promise.resolve();
  const send = async () => {
    const full = batch;
    batch = [];
    await writing;
    writing = write(full);
    // What fails is thrown where it is waited for.
    writing.catch(() => {});
  };
  try {
    for (const [file, each] of run.files.entries()) {
      if (!kinds.some((kind) => run.kinds[file]?.has(kind))) {
        await run.advance(each.size);
        continue;
      }
      for await (const { rows, bytes } of rowsOf(each)) {
        for (const row of rows) {
          if ("refused" in row || !kinds.includes(row.kind)) continue;
          const item = take(row.kind, row.fields, { file, line: row.line });
          if (item !== null) batch.push(item);
          if (batch.length >= BATCH) await send();
        }
        await run.advance(bytes);
      }
    }
    if (batch.length > 0) await send();
  } finally {
    // Nothing is written any more once this has ended.
    await writing;
  }
}

/** The row of its schema, or null once it is refused. */
export function recordOf<Kind extends RecordKind>(
  run: ImportRun,
  kind: Kind,
  fields: Fields,
  place: Place,
): RecordOf<Kind> | null {
  const read = readRecord(kind, fields);
  if (read.refused === undefined) return read.record;
  return run.refuse(place, idOf(fields), read.refused);
}
