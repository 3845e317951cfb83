/** Who guesses has to find one among as many as there are keys of 128 bits and more, however it was made. */
const MIN_LENGTH = 32;
/** Of hexadecimal digits, 32 that were thrown have some eleven different ones, and hardly ever fewer than seven. */
const MIN_DIFFERENT = 7;
/** What examples and hurried people write. None of these stands in a text that was made by chance. */
const STANDS_FOR_ONE =
  /change.{0,4}me|replace.{0,4}me|your.{0,9}(secret|token|key)|example|placeholder|password|not.{0,3}(a|so|very).{0,3}secret|(super|top|very).{0,3}secret|insecure|12345678|abcdefgh|qwerty/i;

/** What makes a secret one that can be guessed, as the end of a sentence; null when nothing does. */
export function weaknessOf(secret: string): string | null {
  if (secret.length < MIN_LENGTH) return `has fewer than ${MIN_LENGTH} characters`;
  if (new Set(secret).size < MIN_DIFFERENT || isRepetition(secret)) return "repeats itself";
  return STANDS_FOR_ONE.test(secret) ? "holds words that anybody would try" : null;
}

/** Behind what repeats itself there may be so many characters that were put there for some rule. */
const MOST_BEHIND = 15;

function isRepetition(text: string): boolean {
  return isPeriodic(text) || isPeriodic(text.slice(0, -MOST_BEHIND));
}

/** A text of half its length or less again and again, the last time perhaps in part. */
function isPeriodic(text: string): boolean {
  const periods = Array.from({ length: Math.floor(text.length / 2) }, (_, index) => index + 1);
  return periods.some((period) => text.startsWith(text.slice(period)));
}
