import { emailInOneForm } from "@/lib/values/email";

const TRIGRAM = 3;

/**
 * How a text may be stored that looks like this one: letters with their marks or beside them (NFC, NFD), and the domain of
 * an international e-mail address in ASCII.
 */
export function spellingsOf(q: string): string[] {
  return [...new Set([q.normalize("NFC"), q.normalize("NFD"), ...inAscii(q)])];
}

/** Nothing where the text is none of an international address, nor its domain. */
function inAscii(q: string): string[] {
  const ascii = q.includes("@") ? emailInOneForm(q) : emailInOneForm(`@${q}`).slice(1);
  return /[@.]/.test(q) && ascii.includes("xn--") && ascii !== q.toLowerCase() ? [ascii] : [];
}

/**
 * An SQL condition: the expression has `q` in it, whatever the case and the spelling; what means something to LIKE is taken
 * literally. What is shorter than a trigram is in no index, unless it is where a word begins. `place` takes a value into the
 * statement and answers its parameter.
 */
export function contains(expression: string, q: string, place: (value: string) => string): string {
  const spellings = spellingsOf(q).map((spelling) => containsSpelling(expression, spelling, place));
  return spellings.length === 1 ? spellings.join("") : `(${spellings.join(" OR ")})`;
}

function containsSpelling(expression: string, q: string, place: (value: string) => string): string {
  const like = (before: string, text: string) => `ILIKE ${place(`${before}${literal(text)}%`)}`;
  const [, account] = /([^@]{3,5}@)./u.exec(q) ?? [];
  // Many addresses share their domain, and an index of parts reads all that have a part: it gets what is before the @.
  if (account) return `(${expression} ${like("%", account)} AND ${expression} || '' ${like("%", q)})`;
  if ([...q].length >= TRIGRAM) return `${expression} ${like("%", q)}`;
  return `(${expression} ${like("", q)} OR ${expression} ${like("% ", q)})`;
}

function literal(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

/** As the index of users has it. */
export const USER_TEXT = "(email || ' ' || name)";
