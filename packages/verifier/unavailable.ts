import type { Verdict } from "./types";

/** Nothing is said about the key: ask again. */
export function unavailable(reason: string, given: { ageMs?: number; retryAfter?: number } = {}): Verdict {
  const { ageMs = Number.POSITIVE_INFINITY, retryAfter = 1 } = given;
  return { source: "memory", ageMs, valid: false, code: "UNAVAILABLE", reason, retry_after: retryAfter };
}
