import { bareFinder } from "./bare-forms";
import { decodedIn, placeIn, type Reading } from "./encodings";
import type { Found } from "./form-widths";
import type { CredentialForm } from "./forms";
import { prefixedFinder, wholePattern } from "./prefixed-forms";

/** Finds credentials that have one of some forms, wherever in a text they stand. */
export type FormFinder = {
  /** All of them, or what begins like one and goes on, and what is shown instead. */
  findMasked: (reading: Reading) => Found[];
  /** False where none can be in the text. */
  mayBeIn: (text: string) => boolean;
  findWhole: (text: string) => string | null;
  /** What may be shown of the first in the text. */
  findVisiblePart: (text: string) => string | null;
};

/** Something escaped, a prefix's end and what goes on behind it, or a run that could be base64 or a credential by itself. */
const POSSIBLE = /%|\\u00|[_-][\w.~+/=-]{7}|[\w+/-]{14}/;

export function findersFor(forms: readonly CredentialForm[]): FormFinder {
  const prefixed = forms.filter(({ prefix }) => prefix !== "");
  const findPrefixed = prefixedFinder(prefixed);
  const findBare = bareFinder(forms.filter(({ prefix }) => prefix === ""));
  const whole = wholePattern(prefixed);
  const findIn = (text: string) => [...findPrefixed(text), ...findBare(text)];
  return {
    mayBeIn: (text) => POSSIBLE.test(text),
    findMasked: (reading) => {
      const encoded = decodedIn(reading.text).flatMap(({ text, placeOf, end }) =>
        findIn(text).map(({ from, shown }) => ({ from: placeOf(from), to: end, shown })),
      );
      return [...findIn(reading.text), ...encoded].map(({ from, to, shown }) => ({
        ...placeIn(reading, from, to),
        shown: `${shown}...`,
      }));
    },
    findWhole: (text) => {
      const [found] = findBare(text);
      return whole?.exec(text)?.[0] ?? (found ? text.slice(found.from, found.to) : null);
    },
    findVisiblePart: (text) => findIn(text).sort((one, other) => one.from - other.from)[0]?.shown ?? null,
  };
}
