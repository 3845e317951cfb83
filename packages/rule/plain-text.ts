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

/** What turns the words around it about, and what ends a line without being a control character. */
const MISLEADING = /[\p{Bidi_Control}\u2028\u2029]/u;
/** Not a space, a mark upon nothing, or what is drawn as nothing (U+2800 is a braille cell without a dot). */
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

export function hasVisible(text: string): boolean {
  return VISIBLE.test(text);
}

const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
const SPACES = /\p{Z}+/gu;

/** The same for names that people read as one: whatever their case, width, composition, blanks and signs that are not seen. */
export function toComparedName(name: string): string {
  return name.normalize("NFKC").replace(UNSEEN, "").replace(SPACES, " ").trim().toLowerCase().normalize("NFC");
}

/** Plain text that can be told from others by eye: a name. Joiners within words stay. */
export function isNameText(text: string): boolean {
  return isPlainText(text) && !MISLEADING.test(text) && hasVisible(text);
}
