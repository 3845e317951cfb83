import { type Found, WIDTHS, type Width, widthOf } from "./form-widths";
import { type CredentialForm, shownOf, signsOf } from "./forms";

/** What goes on so long behind a prefix is no word. */
const MIN_PART = 7;
/** Each prefix ends with one. */
const SEPARATORS = [..."_-"].map((sign) => sign.charCodeAt(0));

type Prefix = { text: string; width: Width; shown: number; longer: Prefix[] };

/** Finds credentials by their prefix, whatever their case, and what begins like one and goes on. */
export function prefixedFinder(forms: readonly CredentialForm[]): (text: string) => Found[] {
  const prefixes = prefixesOf(forms);
  const endOf = (text: string, end: number) => text.slice(Math.max(end - 2, 0), end).toLowerCase();
  const byEnd = new Map<string, Prefix[]>();
  for (const prefix of prefixes) {
    const end = endOf(prefix.text, prefix.text.length);
    byEnd.set(end, [...(byEnd.get(end) ?? []), prefix]);
  }
  return (text) => {
    if (prefixes.length === 0) return [];
    const found: Found[] = [];
    // A run of signs is looked at once for each width, however many prefixes are in it.
    const seenTo = { base62: 0, base64url: 0, token: 0 };
    for (let index = 0; index < text.length; index += 1) {
      if (!SEPARATORS.includes(text.charCodeAt(index))) continue;
      for (const ending of byEnd.get(endOf(text, index + 1)) ?? []) {
        const from = index + 1 - ending.text.length;
        if (!isAt(text, from, ending)) continue;
        const prefix = ending.longer.find((longer) => isAt(text, from, longer)) ?? ending;
        const begin = from + prefix.text.length;
        if (begin < seenTo[prefix.width]) continue;
        const to = endOfRun(text, begin, prefix.width);
        seenTo[prefix.width] = to;
        if (to - begin >= MIN_PART) found.push({ from, to, shown: text.slice(from, begin + prefix.shown) });
      }
    }
    return found;
  };
}

/** What is a whole credential by its form. */
export function wholePattern(forms: readonly CredentialForm[]): RegExp | null {
  if (forms.length === 0) return null;
  const whole = ({ prefix, signs, length }: CredentialForm) =>
    `${prefix}[${signsOf(signs)}]{${length}}(?![0-9A-Za-z]|[${signsOf(signs)}])`;
  return new RegExp(forms.map(whole).join("|"));
}

/** It goes on by the widest of the alphabets that its forms have, and shows as much as the weakest. */
function prefixesOf(forms: readonly CredentialForm[]): Prefix[] {
  const texts = [...new Set(forms.map(({ prefix }) => prefix))];
  const prefixes = texts.map((text): Prefix => {
    const own = forms.filter(({ prefix }) => prefix === text);
    const width = WIDTHS.findLast((each) => own.some((form) => widthOf(form) === each)) ?? "token";
    return { text, width, shown: Math.min(...own.map(shownOf)), longer: [] };
  });
  for (const prefix of prefixes) {
    prefix.longer = prefixes.filter(({ text }) => text.length > prefix.text.length && text.startsWith(prefix.text));
    prefix.longer.sort((one, other) => other.text.length - one.text.length);
  }
  return prefixes;
}

function isAt(text: string, from: number, prefix: Prefix): boolean {
  return from >= 0 && text.slice(from, from + prefix.text.length).toLowerCase() === prefix.text;
}

const RUNS = {
  base62: new RegExp(`[${signsOf("base62")}]*`, "y"),
  base64url: new RegExp(`[${signsOf("base64url")}]*`, "y"),
  token: new RegExp(`[${signsOf("token")}]*`, "y"),
} as const satisfies Record<Width, RegExp>;

function endOfRun(text: string, begin: number, width: Width): number {
  const run = RUNS[width];
  run.lastIndex = begin;
  return begin + (run.exec(text)?.[0].length ?? 0);
}
