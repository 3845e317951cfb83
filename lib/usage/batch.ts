import "server-only";
import { usageEvents } from "@/lib/metrics/counters";
import { AppError, ERRORS } from "@/lib/values/errors";
import { adjustedFields, unknownFields } from "./ornaments";
import { MAX_EVENTS, NO_KEY_ID, type UsageInput, usageEventSchema } from "./schemas";
import { type Signature, signedAtOf } from "./signature";
import { type Bounds, recordWithin } from "./within";

/** `index`: null for a field that stands beside the events. */
export type Adjusted = { index: number | null; field: string };

export type BatchResult = {
  accepted: number;
  duplicates: number;
  rejected: { index: number; error: string }[];
  /** Repeats, of those above, that name another cost than what counts. Left out where there are none, as is what follows. */
  conflicts?: number;
  adjusted?: Adjusted[];
};

/**
 * Records a batch of reported calls. A bad event is named and left out; it never loses the others.
 * @throws AppError INVALID_INPUT when `events` is not a list of at most 1000, INVALID_SIGNATURE when its time is not now
 */
export async function recordBatch(batch: { events?: unknown }, signature: Signature, bounds: Bounds): Promise<BatchResult> {
  const { events } = batch;
  if (!Array.isArray(events)) throw new AppError("INVALID_INPUT", { message: "events must be an array" });
  if (events.length > MAX_EVENTS)
    throw new AppError("INVALID_INPUT", { message: `events must have at most ${MAX_EVENTS} entries` });

  const rejected: BatchResult["rejected"] = [];
  const adjusted: Adjusted[] = unknownFields(batch, { events }).map((field) => ({ index: null, field }));
  const good: { index: number; input: UsageInput; fields: string[] }[] = [];
  events.forEach((event: unknown, index) => {
    const result = usageEventSchema.safeParse(event);
    if (result.success) {
      const dropped = result.data.keyId === NO_KEY_ID ? ["keyId"] : [];
      const fields = [...dropped, ...adjustedFields(Object(event), usageEventSchema.shape, result.data)];
      good.push({ index, input: result.data, fields });
    } else rejected.push({ index, error: result.error.issues[0]?.message ?? "Missing fields" });
  });
  usageEvents.inc({ outcome: "rejected" }, rejected.length);
  const outcomes = await recordWithin(
    bounds,
    good.map(({ input }) => input),
    { signedAt: signedAtOf(signature) },
  );
  good.forEach(({ index, fields }, position) => {
    const outcome = outcomes[position];
    if (outcome === "foreign_owner") rejected.push({ index, error: ERRORS.OWNER_NOT_ALLOWED.message });
    else if (outcome === "unknown_key") rejected.push({ index, error: ERRORS.UNKNOWN_API_KEY.message });
    else if (typeof outcome === "object") rejected.push({ index, error: outcome.refused });
    else adjusted.push(...fields.map((field) => ({ index, field })));
  });
  const count = (...asked: unknown[]) => outcomes.filter((outcome) => asked.includes(outcome)).length;
  return {
    accepted: count("accepted"),
    duplicates: count("duplicate", "conflict"),
    rejected: rejected.sort((left, right) => left.index - right.index),
    ...remarks(count("conflict"), adjusted),
  };
}

/** What an answer says only where there is something to say. */
export function remarks(conflicts: number, adjusted: Adjusted[]): Pick<BatchResult, "conflicts" | "adjusted"> {
  return { ...(conflicts > 0 && { conflicts }), ...(adjusted.length > 0 && { adjusted }) };
}
