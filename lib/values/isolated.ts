/** Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9): what is shown as text needs none. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** The blocks whose letters are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A text that somebody wrote, without what would turn around the letters of it, or of what stands beside it. */
export function withoutBidiControls(text: string): string {
  return text.replace(BIDI_CONTROLS, "");
}

/**
 * A text that somebody wrote, for a sentence where there can be no element, such as a title: whichever way it runs, the rest of the
 * sentence stays where it is. (In pages, components/ui/written.tsx does the same.)
 */
export function isolated(text: string): string {
  const plain = withoutBidiControls(text);
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}
