export const DAY_MS = 24 * 3600 * 1000;

/** How many days the portal's charts show. */
export const CHART_DAYS = 30;

/** For that long a deleted key can be brought back. */
export const RESTORABLE_DAYS = 30;

/** The UTC day of an instant, such as "2026-11-22". */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The UTC day so many days before that of `now`. */
export function dayBefore(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() - days * DAY_MS));
}

/** UTC days up to and including `today`, the oldest first. */
export function lastDays(today: Date, count: number): string[] {
  return Array.from({ length: count }, (_, index) => dayBefore(today, count - 1 - index));
}
