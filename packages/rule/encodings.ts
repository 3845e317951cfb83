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
