const dayName = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
const shortDay = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

export type Unit = "call" | "credit";

/** "1 call", "2,000 credits". */
export function count(amount: number, unit: Unit): string {
  return `${figure(amount)} ${amount === 1 ? unit : `${unit}s`}`;
}

export function figure(amount: number): string {
  return amount.toLocaleString("en-GB");
}

/** A UTC day written as 2026-11-22: "22 Nov", or "Sun 22 Nov". */
export function dayText(date: string, withWeekday = false): string {
  return (withWeekday ? dayName : shortDay).format(new Date(`${date}T00:00:00Z`)).replace(",", "");
}
