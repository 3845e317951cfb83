import { writeRefusal } from "@/lib/values/errors";

type Refusal = NonNullable<ReturnType<typeof writeRefusal>>;

/** After that, a refusal that was not repeated says nothing any more: a portal that nobody is sent to has no writes. */
const REMEMBERED_MS = 30_000;

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyWriteRefusal?: { why: Refusal; at: number } | undefined };

/** Why the database would take no changes the last time that somebody had some; null once one has been taken. */
export function lastWriteRefusal(): Refusal | null {
  const last = holder.latchkeyWriteRefusal;
  return last && performance.now() - last.at < REMEMBERED_MS ? last.why : null;
}

export function noteFailure(error: unknown): void {
  const why = writeRefusal(error);
  if (why) holder.latchkeyWriteRefusal = { why, at: performance.now() };
}

/** @param text of a statement that succeeded */
export function noteSuccess(text: string): void {
  if (holder.latchkeyWriteRefusal && /^\s*(INSERT|UPDATE|DELETE)\s/i.test(text)) holder.latchkeyWriteRefusal = undefined;
}
