import { isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { DAY_MS } from "@/lib/values/days";
import { type Kept, keepMeta, keepText, MAX_META_BYTES, MAX_META_DEPTH } from "./ornaments";

export const MAX_EVENTS = 1000;
export const MAX_BATCH_BYTES = 1024 * 1024;
const MAX_DELTA = 1_000_000;
/**
 * How old a report may be that names its time, and how long its id is remembered: an id that is forgotten is too old to come
 * again. Ids of reports without a time are not forgotten.
 */
export const RETENTION_DAYS = 35;
const MAX_AHEAD_MS = 5 * 60 * 1000;

/**
 * What is wrong with the time of a report, if anything.
 * @param ts in milliseconds since 1970
 * @param now by the database's clock: that of this server may be off, and a report refused for that would be lost
 */
export function refuseTime(ts: number, now: Date): string | null {
  if (ts < now.getTime() - RETENTION_DAYS * DAY_MS) return `ts must not be more than ${RETENTION_DAYS} days old`;
  return ts > now.getTime() + MAX_AHEAD_MS ? "ts must not be more than 5 minutes ahead" : null;
}

const MISSING = "Missing fields";
/** What does not count: whatever it is, it costs nobody the call. */
const ornament = (keep: (given: unknown) => Kept, about: z.core.GlobalMeta) => z.unknown().optional().transform(keep).meta(about);
const LABEL = { type: ["string", "number", "null"] };
const required = (name: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined || input === null ? MISSING : `${name} is not valid`),
});

const common = {
  delta: z
    .number(required("delta"))
    .int("delta must be a whole number")
    .min(0, "delta must not be negative")
    .max(MAX_DELTA, `delta must be at most ${MAX_DELTA}`)
    .meta({ description: "Credits that the call cost." }),
  endpoint: ornament((given) => keepText(given, 500), {
    ...LABEL,
    description: "Which part of your API was called: 500 characters of it are kept, control characters are not.",
  }),
  ts: z
    .number("ts must be a number of milliseconds since 1970")
    .nullish()
    .meta({
      description: `When, in milliseconds since 1970: at most ${RETENTION_DAYS} days ago and 5 minutes ahead. Left out: when the report came.`,
    }),
  requestId: ornament((given) => keepText(given, 255), {
    ...LABEL,
    description: "Your own name for the request, for your own searches: 255 characters of it are kept.",
  }),
  meta: ornament(keepMeta, {
    description: `Anything in JSON: what has more than ${MAX_META_BYTES} bytes, or is nested more than ${MAX_META_DEPTH} deep, is dropped.`,
  }),
};

const eventId = z
  .string(required("id"))
  .min(1, MISSING)
  .max(255, "id must have at most 255 characters")
  .refine(isPlainText, "id must not contain control characters")
  .meta({ description: "Names the call. However often it is reported, it counts once." });
const apiKey = z.string(required("apiKey")).min(1, MISSING).meta({ description: "The credential that was used." });

/** What no key has: beside a credential it is no more than an ornament. */
export const NO_KEY_ID = "";
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== "";
const keyId = z
  .unknown()
  .optional()
  .transform((given) => (isGiven(given) ? (z.guid().safeParse(given).data ?? NO_KEY_ID) : null))
  .meta({
    type: ["string", "null"],
    format: "uuid",
    description: "Instead of `apiKey`: the `key_id` of a verification. Beside an `apiKey`, what is none is dropped.",
  });

/** `POST /usage`: one report; its id comes in the `x-idempotency-key` header. */
export const usageReportSchema = z.object({ apiKey, ...common, id: eventId });

/** One event of a batch. It names its key by the credential or by the id that verify answers with. */
export const usageEventSchema = z
  .object(
    {
      id: eventId,
      apiKey: z
        .string(required("apiKey"))
        .nullish()
        .transform((text) => text || null)
        .meta({ description: "The credential that was used." }),
      keyId,
      ...common,
    },
    "an event must be an object",
  )
  .refine(({ apiKey, keyId }) => apiKey !== null || keyId !== null, MISSING)
  .refine(({ apiKey, keyId }) => apiKey !== null || keyId !== NO_KEY_ID, "keyId is not valid");

export type UsageInput = z.output<typeof usageEventSchema>;

export const PERIODS = [7, 30, 90] as const;

/** The address of the usage page. What is missing, repeated or senseless in it counts as not asked for: it never fails. */
export const usageSearchSchema = z.object({
  days: z.enum(PERIODS.map(String)).catch("30").transform(Number),
  key: z
    .guid()
    .transform((id) => id.toLowerCase())
    .nullable()
    .catch(null),
});

export type UsageSearch = z.output<typeof usageSearchSchema>;
