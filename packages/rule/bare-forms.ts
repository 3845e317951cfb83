import { type Found, WIDTHS, type Width, widthOf } from "./form-widths";
import { bitsOf, type CredentialForm, fitsForm, isUuidShaped, STRONG_BITS, shownOf, signsOf } from "./forms";

/** Letters at the beginning of a run that belong to an escape: of JSON, or of a byte that is no ASCII. */
const ESCAPE_BEFORE = /^(?:\\[bfnrt]|\\u[0-9a-f]{4}|%[89a-f][0-9a-f])/i;
const LONGEST_ESCAPE = 6;

type Forms = { width: Width; run: RegExp; byLength: Map<number, CredentialForm[]>; shortest: number };

/**
 * Finds credentials without a prefix: whole runs of their signs, of their length. Not those that could be guessed, which words
 * look like, nor UUIDs, which name things.
 */
export function bareFinder(forms: readonly CredentialForm[]): (text: string) => Found[] {
  const strong = forms.filter((form) => bitsOf(form) >= STRONG_BITS);
  if (strong.length === 0) return () => [];
  const shortest = Math.min(...strong.map(({ length }) => length));
  const widths = WIDTHS.flatMap((width) => formsOf(strong, width));
  return (text) => {
    if (text.length < shortest) return [];
    return widths.flatMap((ofWidth) => [...text.matchAll(ofWidth.run)].flatMap((run) => findInRun(text, run, ofWidth)));
  };
}

function formsOf(strong: readonly CredentialForm[], width: Width): Forms[] {
  const forms = strong.filter((form) => widthOf(form) === width);
  if (forms.length === 0) return [];
  const byLength = new Map(forms.map(({ length }) => [length, forms.filter((form) => form.length === length)]));
  return [{ width, run: new RegExp(`[${signsOf(width)}]+`, "g"), byLength, shortest: Math.min(...byLength.keys()) }];
}

function findInRun(text: string, run: RegExpExecArray, { width, byLength, shortest }: Forms): Found[] {
  const [signs] = run;
  if (signs.length < shortest) return [];
  const ends = [signs.length, ...(width === "token" ? [signs.replace(/[./]$/, "").length] : [])];
  for (const start of startsIn(text, run, width)) {
    for (const end of ends) {
      const form = byLength.get(end - start)?.find((each) => fitsForm(signs.slice(start, end), each));
      if (!form || isUuidShaped(signs.slice(start, end))) continue;
      const from = run.index + start;
      return [{ from, to: run.index + end, shown: text.slice(from, from + shownOf(form)) }];
    }
  }
  return [];
}

/** `=`, `/` and `.` are signs of a bearer token, and stand before others as well. */
function startsIn(text: string, { 0: signs, index }: RegExpExecArray, width: Width): number[] {
  const before = index > 0 ? ESCAPE_BEFORE.exec(`${text[index - 1]}${signs.slice(0, LONGEST_ESCAPE)}`) : null;
  const starts = before ? [0, before[0].length - 1] : [0];
  if (width === "token") for (const { index: place } of signs.matchAll(/[=/.]/g)) starts.push(place + 1);
  return starts;
}
