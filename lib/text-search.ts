const TRIGRAM = 3;

/**
 * An SQL condition: the expression has `q` in it, whatever the case; what means something to LIKE is taken literally.
 * What is shorter than a trigram is in no index, unless it is where a word begins. `place` takes a value into the
 * statement and answers its parameter.
 */
export function contains(expression: string, q: string, place: (value: string) => string): string {
  const pattern = q.replace(/[\\%_]/g, "\\$&");
  if ([...q].length >= TRIGRAM) return `${expression} ILIKE ${place(`%${pattern}%`)}`;
  return `(${expression} ILIKE ${place(`${pattern}%`)} OR ${expression} ILIKE ${place(`% ${pattern}%`)})`;
}

/** As the index of users has it. */
export const USER_TEXT = "(email || ' ' || name)";
