// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Strings that PostgreSQL and JSON carry unchanged: no control characters and no half of a surrogate pair. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && text.search(CONTROLS) === -1;
}

/** The same text as far as it is plain. */
export function toPlainText(text: string): string {
  return text.toWellFormed().replace(CONTROLS, "");
}
