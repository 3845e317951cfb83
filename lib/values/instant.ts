const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?)?$/;

/** Twice the longest that can be written, for white space around it. */
const MAX_LENGTH = 80;

/**
 * An ISO 8601 date, or date and time, to the millisecond; null for anything else and for days that do not exist.
 * Without a zone it is UTC; a date alone is its first instant.
 */
export function parseInstant(text: string): Date | null {
  if (text.length > MAX_LENGTH) return null;
  const match = ISO_8601.exec(text.trim());
  if (!match) return null;
  const number = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [number(1), number(2), number(3), number(4), number(5), number(6)];
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  if (year < 1 || hour > 23 || minute > 59 || second > 59 || number(10) > 23 || number(11) > 59) return null;

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, milliseconds);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;

  const offset = (match[9] === "-" ? -1 : 1) * (number(10) * 60 + number(11)) * 60_000;
  const instant = new Date(date.getTime() - offset);
  // An offset can carry the first or last day of the range out of what four digits can write.
  return instant.getUTCFullYear() >= 1 && instant.getUTCFullYear() <= 9999 ? instant : null;
}

/** The first instant of a day in UTC that is written as 2026-11-22, and has one after it; null for anything else. */
export function readDay(text: string): Date | null {
  return text.length === "2026-11-22".length && text < "9999-12-31" ? parseInstant(text) : null;
}
