"use client";

import { useSyncExternalStore } from "react";

type Props = {
  at: Date;
  /** When the page was made: what "ago" counts from, so that server and browser say the same. */
  now: Date;
  /** "2 hours ago", "22 Nov 2026" or "22 Nov 2026, 15:04". The exact instant is always in the title. */
  as: "ago" | "day" | "minute";
};

/** An instant in the visitor's zone. The server does not know the zone and writes UTC until the browser takes over. */
export function Moment({ at, now, as }: Props) {
  const timeZone = useTimeZone();
  const text = as === "ago" ? ago(at, now) : format(at, timeZone, as === "minute");
  return (
    <time dateTime={at.toISOString()} title={`${format(at, timeZone, true)} ${zoneName(at, timeZone)}`}>
      {text}
    </time>
  );
}

export function useTimeZone(): string {
  return useSyncExternalStore(
    neverChanges,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );
}

const neverChanges = () => () => {};

export function format(at: Date, timeZone: string, withTime: boolean): string {
  const options: Intl.DateTimeFormatOptions = { timeZone, day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat("en-GB", withTime ? { ...options, hour: "2-digit", minute: "2-digit" } : options).format(at);
}

function zoneName(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "short" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
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
