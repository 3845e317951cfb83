import "server-only";
import { usageEvents } from "@/lib/metrics/counters";
import { AppError, ERRORS } from "@/lib/values/errors";
import { recordUsage } from "./record";
import { MAX_EVENTS, type UsageInput, usageEventSchema } from "./schemas";

type BatchResult = { accepted: number; duplicates: number; rejected: { index: number; error: string }[] };

/**
 * Records a batch of reported calls. A bad event is named and left out; it never loses the others.
 * @throws AppError INVALID_INPUT when `events` is not a list of at most 1000
 */
export async function recordBatch(events: unknown): Promise<BatchResult> {
  if (!Array.isArray(events)) throw new AppError("INVALID_INPUT", { message: "events must be an array" });
  if (events.length > MAX_EVENTS)
    throw new AppError("INVALID_INPUT", { message: `events must have at most ${MAX_EVENTS} entries` });

  const rejected: BatchResult["rejected"] = [];
  const good: { index: number; input: UsageInput }[] = [];
  events.forEach((event: unknown, index) => {
    const result = usageEventSchema.safeParse(event);
    if (result.success) good.push({ index, input: result.data });
    else rejected.push({ index, error: result.error.issues[0]?.message ?? "Missing fields" });
  });
  usageEvents.inc({ outcome: "rejected" }, rejected.length);
  const outcomes = await recordUsage(good.map(({ input }) => input));
  good.forEach(({ index }, position) => {
    const outcome = outcomes[position];
    if (outcome === "unknown_key") rejected.push({ index, error: ERRORS.UNKNOWN_API_KEY.message });
    else if (typeof outcome === "object") rejected.push({ index, error: outcome.refused });
  });
  return {
    accepted: outcomes.filter((outcome) => outcome === "accepted").length,
    duplicates: outcomes.filter((outcome) => outcome === "duplicate").length,
    rejected: rejected.sort((left, right) => left.index - right.index),
  };
}
