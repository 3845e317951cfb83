import { MAX_CURSOR_LENGTH, parseCursor } from "@latchkey/rule/cursors";
import { BOUND_MS, MAX_INSTANCE_LENGTH, ON_STALE } from "@latchkey/rule/feed";
import { z } from "zod";

export const MAX_SESSION_BYTES = 80 * 1024;

const cursorSchema = z
  .string({ error: "cursor must be text" })
  .max(MAX_CURSOR_LENGTH, "cursor is too long")
  .refine((text) => parseCursor(text) !== null, "cursor must be one that the feed sent");
const epochSchema = z.uuid("epoch must be one that the feed sent");
const nonceSchema = z
  .string({ error: "nonce must be text" })
  .regex(/^[\w-]{16,64}$/, "nonce must be 16 to 64 characters of base64url");
const shortText = (name: string, max: number) =>
  z
    .string({ error: `${name} must be text` })
    .min(1, `${name} must not be empty`)
    .max(max, `${name} must have at most ${max} characters`)
    // It stands on a line of staff's pages and in logs.
    .regex(/^[\x20-\x7e]*$/, `${name} must be printable ASCII`);

export const VERIFIER_STATES = ["NOT_READY", "READY", "STALE", "FATAL"] as const;

export const openSessionSchema = z.strictObject({
  instance: shortText("instance", MAX_INSTANCE_LENGTH),
  version: shortText("version", 40),
  on_stale: z.enum(ON_STALE, { error: "on_stale must be ask, refuse or serve" }).default("ask"),
  bound_ms: z
    .int("bound_ms must be a whole number")
    .min(BOUND_MS.least, `bound_ms must be at least ${BOUND_MS.least}`)
    .max(BOUND_MS.most, `bound_ms must be at most ${BOUND_MS.most}`)
    .default(BOUND_MS.most),
  nonce: nonceSchema,
  have: z.strictObject({ epoch: epochSchema, cursor: cursorSchema }).optional(),
});

const ofSession = {
  session: z.uuid("session must be an id"),
  token: z.string({ error: "token must be text" }).max(100, "token is too long"),
};

export const readFeedSchema = z.strictObject({
  ...ofSession,
  epoch: epochSchema,
  cursor: cursorSchema,
  /** 0: one round, and not a stream. */
  wait: z.literal(0, { error: "wait must be 0, or left out" }).optional(),
  nonce: nonceSchema.optional(),
});

export const acknowledgeSchema = z.strictObject({
  ...ofSession,
  epoch: epochSchema,
  cursor: cursorSchema.nullable(),
  as_of: z.int("as_of must be in milliseconds").min(0).max(8.64e15).nullable(),
  state: z.enum(VERIFIER_STATES, { error: `state must be ${VERIFIER_STATES.join(", ")}` }),
  keys: z.int("keys must be a whole number").min(0, "keys must be at least 0").max(1_000_000_000, "keys is too large").default(0),
  /** Whether a change that narrows is among what was applied since. */
  applied: z.boolean({ error: "applied must be true or false" }).default(false),
  /** Nothing follows. */
  final: z.boolean({ error: "final must be true or false" }).default(false),
  nonce: nonceSchema,
});

export type OpenSession = z.output<typeof openSessionSchema>;
export type ReadFeed = z.output<typeof readFeedSchema>;
export type Acknowledge = z.output<typeof acknowledgeSchema>;
