import { DAY_MS } from "./days";

/** Instants as people read them: every date and time on a page is written here, in the time zone of whoever reads it. */

const STYLES = {
  day: { day: "numeric", month: "short", year: "numeric" },
  minute: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  parts: { day: "2-digit", month: "2-digit", year: "numeric" },
  offset: { timeZoneName: "shortOffset" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** People's zones may be written in upper and lower case: there is no end of them. */
const MAX_KEPT = 400;
const kept = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string, style: keyof typeof STYLES): Intl.DateTimeFormat {
  const name = `${style} ${timeZone}`;
  const known = kept.get(name);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { ...STYLES[style], timeZone: usableZone(timeZone) });
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(name, made);
  return made;
}

/** The zone itself, or UTC where this browser or server does not know it. */
export function usableZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone });
    return timeZone;
  } catch {
    return "UTC";
  }
}

/** "22 Nov 2026", "22 Nov 2026, 15:04", or "15:04:09" of what is of today. */
export function formatInstant(at: Date, timeZone: string, style: "day" | "minute" | "second"): string {
  return formatter(timeZone, style).format(at);
}

/** What an instant is the end of: "end of 31 Dec 2026" for the end of a day there, otherwise the instant. */
export function formatEnd(at: Date, timeZone: string, style: "day" | "minute" = "minute"): string {
  const last = new Date(at.getTime() - 1);
  const isEndOfDay = dayIn(last, timeZone) !== dayIn(at, timeZone);
  return isEndOfDay ? `end of ${formatInstant(last, timeZone, "day")}` : formatInstant(at, timeZone, style);
}

/** How far its clocks are from UTC at that instant: "UTC+3", "UTC−3:30". */
export function offsetOf(at: Date, timeZone: string): string {
  const parts = formatter(timeZone, "offset").formatToParts(at);
  return (parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC")
    .replace("GMT", "UTC")
    .replace(/^UTC\+0$/, "UTC")
    .replace("-", "−");
}

/** "America/St Johns (UTC−3:30)". */
export function zoneTitle(timeZone: string, now: Date): string {
  const [zone, offset] = [usableZone(timeZone), offsetOf(now, timeZone)];
  return zone === "UTC" ? zone : `${zone.replaceAll("_", " ")} (${offset})`;
}

/** The day of an instant there, such as "2026-11-22". */
export function dayIn(at: Date, timeZone: string): string {
  const parts = formatter(timeZone, "parts").formatToParts(at);
  const part = (of: "year" | "month" | "day") => parts.find(({ type }) => type === of)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}

/** The first instant of a day there; null for what is no day. */
export function startOfDay(date: string, timeZone: string): Date | null {
  const start = parseDay(date);
  return start && firstInstant(start.getTime(), (instant) => dayIn(instant, timeZone) >= date);
}

/**
 * The first instant after a day there; null for what is no day.
 * @param date such as "2026-12-31"
 */
export function endOfDay(date: string, timeZone: string): Date | null {
  const start = parseDay(date);
  return start && firstInstant(start.getTime() + DAY_MS, (instant) => dayIn(instant, timeZone) > date);
}

/** Further than any clock is from UTC. */
const FAR_MS = 18 * 3600 * 1000;
/** What four digits can write of a year, and so the database. */
const [FIRST_MS, LAST_MS] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z")];

/** It is looked for, because a midnight may not exist, or be there twice, where clocks change. */
function firstInstant(midnight: number, isReached: (instant: Date) => boolean): Date {
  let [before, after] = [midnight - FAR_MS, midnight + FAR_MS];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isReached(new Date(middle))) after = middle;
    else before = middle;
  }
  return new Date(Math.min(Math.max(after, FIRST_MS), LAST_MS));
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Its first instant in UTC. */
function parseDay(date: string): Date | null {
  const start = DATE.test(date) ? new Date(`${date}T00:00:00Z`) : null;
  return start && !Number.isNaN(start.getTime()) && dayIn(start, "UTC") === date ? start : null;
}
