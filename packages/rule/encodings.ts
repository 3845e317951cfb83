/**
 * A text as it reads with some escapes undone. `starts`: where in the first text each of its characters begins, and, last,
 * where that text ends; null where nothing was undone.
 */
export type Reading = { text: string; starts: readonly number[] | null };

/** Percent-encoding, and that of JSON, of ASCII characters: nothing that is looked for has others. */
const ESCAPE = /%([0-7][0-9a-f])|\\u00([0-7][0-9a-f])/gi;
/** Percent-encoded up to three times, in a text of JSON. */
const MAX_TIMES = 4;

/** The text as it is, and with its escapes undone once, twice, and so on. None is longer than the one before. */
export function readingsOf(text: string): Reading[] {
  const readings: Reading[] = [{ text, starts: null }];
  for (let times = 0; times < MAX_TIMES; times += 1) {
    const next = undoEscapes(readings[times] ?? { text, starts: null });
    if (!next) break;
    readings.push(next);
  }
  return readings;
}

/** The stretch of the first text that a stretch of a reading was read from. */
export function placeIn({ starts }: Reading, from: number, to: number): { from: number; to: number } {
  return { from: starts?.[from] ?? from, to: starts?.[to] ?? to };
}

function undoEscapes({ text, starts }: Reading): Reading | null {
  const read: string[] = [];
  const begins: number[] = [];
  let done = 0;
  const copyTo = (end: number) => {
    read.push(text.slice(done, end));
    for (; done < end; done += 1) begins.push(starts?.[done] ?? done);
  };
  for (const match of text.matchAll(ESCAPE)) {
    copyTo(match.index);
    read.push(String.fromCharCode(Number.parseInt(match[1] ?? match[2] ?? "", 16)));
    begins.push(starts?.[match.index] ?? match.index);
    done += match[0].length;
  }
  if (done === 0) return null;
  copyTo(text.length);
  begins.push(starts?.[text.length] ?? text.length);
  return { text: read.join(""), starts: begins };
}

/**
 * How ASCII text reads in base64 and base64url, wherever in a group of three bytes it begins: those characters that its own
 * bits make alone.
 */
export function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bits = before * 8;
    return btoa("\0".repeat(before) + text).slice(Math.ceil(bits / 6), Math.floor((bits + text.length * 8) / 6));
  });
}

/** What a stretch of base64 or base64url says. `placeOf`: where in the text it is read from a character of it begins; `end`: of the stretch. */
type Decoded = { text: string; placeOf: (index: number) => number; end: number };

/** A pattern for one sign of base64 or base64url. Long ones are broken into lines, which JSON writes as letters. */
export const BASE64_SIGN = String.raw`(?:[0-9A-Za-z+/_-]|[\r\n]|\\[rn])`;
const BASE64 = new RegExp(`${BASE64_SIGN}+={0,2}`, "g");
/** In fewer signs there is not room for a beginning and what goes on behind it. */
const MIN_BASE64 = 14;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Of each sign, by its number; base64url has other ones for the last two. */
const VALUES = new Uint8Array(128);
for (const [value, signs] of [...ALPHABET, "+-", "/_"].entries()) for (const sign of signs) VALUES[sign.charCodeAt(0)] = value;
const BREAK = /[\r\n=]|\\[rn]/g;

/** Whatever could be base64 or base64url in a text, and be of use, read from each of the four places where its first group could begin. */
export function decodedIn(text: string): Decoded[] {
  return [...text.matchAll(BASE64)].flatMap(({ 0: stretch, index }) => {
    if (stretch.length < MIN_BASE64) return [];
    const { signs, places } = withoutBreaks(stretch);
    const end = index + stretch.length;
    return [0, 1, 2, 3].map((skipped) => ({
      text: decode(signs, skipped),
      placeOf: (byte: number) => {
        const sign = skipped + Math.floor((byte * 8) / 6);
        return index + (places ? (places[sign] ?? stretch.length) : sign);
      },
      end,
    }));
  });
}

/** `places`: where each sign stands; null where that is as it was. */
function withoutBreaks(stretch: string): { signs: string; places: number[] | null } {
  const signs = stretch.replace(BREAK, "");
  if (!/[\r\n\\]/.test(stretch)) return { signs, places: null };
  const places = Array.from(stretch, (_, place) => place);
  for (const { 0: gap, index } of stretch.matchAll(BREAK)) places.fill(-1, index, index + gap.length);
  return { signs, places: places.filter((place) => place >= 0) };
}

/** Faster by far than `atob`, which checks what it reads. */
function decode(signs: string, skipped: number): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (let place = skipped; place < signs.length; place += 1) {
    bits = ((bits << 6) | (VALUES[signs.charCodeAt(place)] ?? 0)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    text += String.fromCharCode((bits >> count) & 0xff);
  }
  return text;
}
