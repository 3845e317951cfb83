/** Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9): what is shown as text needs none. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** The blocks whose letters are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** More marks than any language puts on one letter: they would stand over the lines above and below. */
const TOO_MANY_MARKS = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;

/** A text that somebody wrote, without what would turn around the letters of it, or of what stands beside it. */
export function withoutBidiControls(text: string): string {
  return text.replace(BIDI_CONTROLS, "");
}

/** The same, without marks that would cover other lines: for showing it. */
export function legible(text: string): string {
  return withoutBidiControls(text).replace(TOO_MANY_MARKS, "$1");
}

/**
 * A text that somebody wrote, for a sentence where there can be no element, such as a title: whichever way it runs, the rest of the
 * sentence stays where it is. (In pages, components/ui/written.tsx does the same.)
 */
export function isolated(text: string): string {
  const plain = legible(text);
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}
