import "server-only";
import {
  type AskLine,
  type FeedLine,
  type FrameLine,
  MAX_ASKED_IDS,
  type ResetLine,
  type RoundLine,
  type StateLine,
  signedTextOf,
  signedTextOfReset,
  type UnsealedCounts,
} from "@latchkey/rule/feed";
import { sha256 } from "@/lib/database/idempotency";
import { signText } from "./signing";

/** What happened between two cursors, as it goes out: the lines, and the frame that ends them. One write, for all who read. */
export type RoundBytes = { from: string; to: string; bytes: Uint8Array };

type Ends = Pick<FrameLine, "epoch" | "history" | "from" | "to" | "as_of">;

/** Nothing of it may be applied before the frame's signature holds, which is over the hash of all lines before it. */
export function writeRound(states: readonly (StateLine | AskLine)[], ends: Ends, counts: UnsealedCounts): RoundBytes {
  const unsealed = counts.mf_live + counts.datazag + counts.foreign;
  const lines: RoundLine[] = unsealed > 0 ? [...states, { t: "unsealed", ...counts }] : [...states];
  const text = lines.map(toLine).join("");
  const unsigned = { t: "frame", ...ends, lines: lines.length, sha256: sha256Of(text), unsealed } as const;
  const frame: FrameLine = { ...unsigned, signature: signText(signedTextOf(unsigned)) };
  return { from: ends.from, to: ends.to, bytes: Buffer.from(text + toLine(frame)) };
}

const UUID_BYTES = 16;

/** Of uuids that stand one after the other. */
export function askLines(kind: AskLine["kind"], uuids: Uint8Array): AskLine[] {
  const size = MAX_ASKED_IDS * UUID_BYTES;
  return Array.from({ length: Math.ceil(uuids.byteLength / size) }, (_, place) => ({
    t: "ask",
    kind,
    ids: Buffer.from(uuids.subarray(place * size, (place + 1) * size)).toString("base64url"),
  }));
}

export function writeReset(reason: ResetLine["reason"], epoch: string, asOf: number): Uint8Array {
  const unsigned = { t: "reset", reason, epoch, as_of: asOf } as const;
  return Buffer.from(toLine({ ...unsigned, signature: signText(signedTextOfReset(unsigned)) }));
}

export function writeLine(line: FeedLine): Uint8Array {
  return Buffer.from(toLine(line));
}

export function sha256Of(text: string): string {
  return sha256(text).toString("hex");
}

export function toLine(line: FeedLine): string {
  return `${JSON.stringify(line)}\n`;
}
