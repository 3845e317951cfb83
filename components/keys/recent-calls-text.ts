import type { RecentCalls } from "@/lib/usage/recent-calls";

/** The end of a sentence about a key's use. */
export function describeRecentCalls(counted: RecentCalls | undefined): string {
  if (!counted) return "its calls could not be counted.";
  const { calls, isMore } = counted;
  return `${isMore ? "more than " : ""}${calls.toLocaleString("en-GB")} ${calls === 1 ? "call" : "calls"} in the last 24 hours.`;
}
