const TRIGRAM = 3;

/**
 * An SQL condition: the expression has `q` in it, whatever the case; what means something to LIKE is taken literally.
 * What is shorter than a trigram is in no index, unless it is where a word begins. `place` takes a value into the
 * statement and answers its parameter.
 */
export function contains(expression: string, q: string, place: (value: string) => string): string {
  const conditions = formsOf(q).map((form) => containsAsIs(expression, form, place));
  return conditions.length === 1 ? conditions.join() : `(${conditions.join(" OR ")})`;
}

/** What is kept may have an accent with its letter (NFC) or after it (NFD), whichever way it is typed now. */
export function formsOf(q: string): string[] {
  return [...new Set([q.normalize("NFC"), q.normalize("NFD")])];
}

function containsAsIs(expression: string, q: string, place: (value: string) => string): string {
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
