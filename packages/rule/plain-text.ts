/** Strings that PostgreSQL and JSON carry unchanged: no control characters and no half of a surrogate pair. */
export function isPlainText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  return text.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}
