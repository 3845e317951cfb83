"use client";

import { createContext, type ReactNode, useContext } from "react";
import { formatEnd, formatInstant, offsetOf } from "@/lib/values/zones";

const ZoneContext = createContext<string | null>(null);

/** Around all of a page: what its instants are written in, for `useTimeZone` as well. */
export function TimeZone({ of: timeZone, children }: { of: string; children: ReactNode }) {
  return <ZoneContext value={timeZone}>{children}</ZoneContext>;
}

/** The zone that whoever is signed in chose in the settings; UTC for visitors. */
export function useTimeZone(): string {
  return useContext(ZoneContext) ?? "UTC";
}

type Props = {
  at: Date;
  /** When the page was made: what "ago" counts from, so that server and browser say the same. */
  now: Date;
  /**
   * "2 hours ago", "22 Nov 2026" or "22 Nov 2026, 15:04"; `end` and `end-day`, of what ends then: "end of 31 Dec 2026" where that
   * is the end of a day, otherwise as `minute` and `day`. The exact instant is always in the title.
   */
  as: "ago" | "day" | "minute" | "end" | "end-day";
};

/** An instant in the reader's zone. Where the page has none, what is not counted from now says that it is UTC. */
export function Moment({ at, now, as }: Props) {
  const isZoned = useContext(ZoneContext) !== null;
  const timeZone = useTimeZone();
  return (
    // A browser may write a month or an offset otherwise than the server did.
    <time
      dateTime={at.toISOString()}
      title={`${formatInstant(at, timeZone, "minute")} ${offsetOf(at, timeZone)}`}
      suppressHydrationWarning
    >
      {as === "ago" ? ago(at, now) : `${textOf(at, timeZone, as)}${isZoned ? "" : " UTC"}`}
    </time>
  );
}

function textOf(at: Date, timeZone: string, as: Exclude<Props["as"], "ago">): string {
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
