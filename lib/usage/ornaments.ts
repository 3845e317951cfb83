import { maskCredentials } from "@latchkey/rule/credentials";
import { maskedJson } from "@latchkey/rule/masked-json";
import { toPlainText } from "@latchkey/rule/plain-text";

export const MAX_META_BYTES = 4096;
export const MAX_META_DEPTH = 32;

/** What is kept of something that a report says besides what counts, without credentials; `isAdjusted` where that is less than was said. */
export type Kept = { value: string | null; isAdjusted: boolean };

export type Ornaments = { endpoint: Kept; requestId: Kept; meta: Kept };

/** Of unknown fields of one event, so that an answer is not much longer than what was sent. */
const MAX_NAMED = 10;
const MAX_NAME_LENGTH = 100;

const NOTHING: Kept = { value: null, isAdjusted: false };
const DROPPED: Kept = { value: null, isAdjusted: true };

/** A text or a number as text of at most `max` characters, without control characters. */
export function keepText(given: unknown, max: number): Kept {
  if (given === undefined || given === null) return NOTHING;
  if (Number.isFinite(given)) return { value: String(given), isAdjusted: false };
  if (typeof given !== "string") return DROPPED;
  const plain = cut(toPlainText(given.slice(0, 4 * max)), max);
  return { value: cut(maskCredentials(plain), max), isAdjusted: plain !== given };
}

/** Any JSON as JSON text, unless it is too large or nested too deep. */
export function keepMeta(given: unknown): Kept {
  if (given === undefined || given === null) return NOTHING;
  if (isDeeper(given, MAX_META_DEPTH)) return DROPPED;
  const written = JSON.stringify(given);
  if (Buffer.byteLength(written) > MAX_META_BYTES) return DROPPED;
  const value = maskedJson(given, (text) => maskCredentials(toStorable(text)));
  return { value, isAdjusted: maskedJson(given, toStorable) !== written };
}

/** The fields of which less is kept than was sent, and those that nobody knows. */
export function adjustedFields(sent: object, known: object, kept: Ornaments): string[] {
  const { endpoint, requestId, meta } = kept;
  const adjusted = Object.entries({ endpoint, requestId, meta }).filter(([, { isAdjusted }]) => isAdjusted);
  return [...adjusted.map(([name]) => name), ...unknownFields(sent, known)];
}

export function unknownFields(sent: object, known: object): string[] {
  const unknown = Object.keys(sent).filter((name) => !Object.hasOwn(known, name));
  return unknown.slice(0, MAX_NAMED).map((name) => keepText(name, MAX_NAME_LENGTH).value ?? "");
}

/** Not between the halves of a surrogate pair. */
function cut(text: string, max: number): string {
  return text.slice(0, max).replace(/[\ud800-\udbff]$/, "");
}

/** PostgreSQL reads no text of JSON that holds one of these. */
function toStorable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}

/** Whether lists and objects stand in one another more than `depth` times. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
