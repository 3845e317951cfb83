import { formatEnd, formatInstant, offsetOf } from "@/lib/values/zones";

export type InstantProps = {
  at: Date;
  /** When the page was made: what "ago" counts from, so that server and browser say the same. */
  now: Date;
  /**
   * "2 hours ago", "22 Nov 2026" or "22 Nov 2026, 15:04"; `end` and `end-day`, of what ends then: "end of 31 Dec 2026" where that
   * is the end of a day, otherwise as `minute` and `day`. The exact instant is always in the title.
   */
  as: "ago" | "day" | "minute" | "end" | "end-day";
};

/** An instant in a zone. Without one it is UTC, and what is not counted from now says so. */
export function Instant({ at, now, as, timeZone }: InstantProps & { timeZone: string | null }) {
  const zone = timeZone ?? "UTC";
  return (
    // A browser may write a month or an offset otherwise than the server did.
    <time
      dateTime={at.toISOString()}
      title={`${formatInstant(at, zone, "minute")} ${offsetOf(at, zone)}`}
      suppressHydrationWarning
    >
      {as === "ago" ? ago(at, now) : `${textOf(at, zone, as)}${timeZone === null ? " UTC" : ""}`}
    </time>
  );
}

function textOf(at: Date, timeZone: string, as: Exclude<InstantProps["as"], "ago">): string {
  if (as === "end") return formatEnd(at, timeZone);
  return as === "end-day" ? formatEnd(at, timeZone, "day") : formatInstant(at, timeZone, as);
}

const UNITS = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
] as const;

const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "always" });

function ago(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 0 ? "in a moment" : "just now";
}
