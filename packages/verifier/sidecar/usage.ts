import { isPlainText, toPlainText } from "@latchkey/rule/plain-text";
import * as z from "zod/mini";
import type { Asked } from "../authorize";
import type { UsageEvent } from "../types";
import { Refused, tryLater } from "./refused";

const MAX_EVENTS = 1000;
const MISSING = "Missing fields";
const MAX_DELTA = 1_000_000;

const required = (name: string) => ({
  error: ({ input }: { input?: unknown }) => (input == null ? MISSING : `${name} is not valid`),
});
const ornament = (max: number) =>
  z.optional(
    z.pipe(
      z.transform((given) => keepText(given, max)),
      z.optional(z.string()),
    ),
  );

/** An event of the portal's `POST /usage`. Its key by the id that a verdict named: credentials are not kept for later. */
const event = z.object(
  {
    id: z
      .string(required("id"))
      .check(z.minLength(1, MISSING), z.maxLength(255, "id must have at most 255 characters"))
      .check(z.refine(isPlainText, "id must not contain control characters")),
    keyId: z.guid({
      error: ({ input }) => (input == null ? "keyId is missing: the key_id of a verification" : "keyId is not valid"),
    }),
    delta: z
      .int({ error: ({ input }) => (input == null ? MISSING : "delta must be a whole number") })
      .check(z.minimum(0, "delta must not be negative"), z.maximum(MAX_DELTA, `delta must be at most ${MAX_DELTA}`)),
    ts: z.nullish(z.number("ts must be a number of milliseconds since 1970")),
    endpoint: ornament(500),
    requestId: ornament(255),
  },
  "an event must be an object",
);

const batch = z.object({
  events: z
    .array(z.unknown(), "events must be an array")
    .check(z.maxLength(MAX_EVENTS, `events must have at most ${MAX_EVENTS} entries`)),
});

/** Has the events reported later. @throws Refused where no more are kept: send all of them again, each counts once */
export function takeEvents(verifier: Asked, body: Record<string, unknown>): object {
  const { data, error } = batch.safeParse(body);
  if (!data) throw new Refused(400, "INVALID_INPUT", error.issues[0]?.message ?? MISSING);
  const good: UsageEvent[] = [];
  const rejected: { index: number; error: string }[] = [];
  data.events.forEach((given, index) => {
    const read = event.safeParse(given);
    if (read.success) good.push({ ...read.data, ts: read.data.ts ?? undefined });
    else rejected.push({ index, error: read.error.issues[0]?.message ?? MISSING });
  });
  if (!good.every((each) => verifier.report(each))) throw tryLater();
  return { ok: true, accepted: good.length, duplicates: 0, rejected };
}

/** What does not count, whatever it is, costs nobody the call. */
function keepText(given: unknown, max: number): string | undefined {
  return typeof given === "string" || Number.isFinite(given)
    ? toPlainText(String(given).slice(0, 4 * max)).slice(0, max)
    : undefined;
}
