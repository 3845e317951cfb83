import { z } from "zod";
import { limitedCallFields } from "./limits";

const cost = z
  .number("cost must be a whole number of credits")
  .int("cost must be a whole number of credits")
  .min(0, "cost must not be negative")
  .max(1_000_000_000, "cost is too large");

const MAX_KEYS = 100;
const KEY_COUNT = `keys must be a list of 1 to ${MAX_KEYS}`;

/** One key of `POST /api/keys/verify`; a call costs one credit unless it says otherwise. */
export const verifySchema = z.strictObject({
  key: z.string("key is required").min(1, "key is required").meta({ description: "The credential that your caller presented." }),
  secret: z
    .string("secret must be a string")
    .nullish()
    .meta({ description: "Its secret, when your caller sent one. Without it only the key is checked." }),
  ...limitedCallFields,
  ip: z
    .string("ip must be a string")
    .nullish()
    .meta({ description: "The network address of your caller. No key is bound to one yet." }),
  cost: cost
    .nullish()
    .transform((value) => value ?? 1)
    .meta({
      default: 1,
      description: "Credits the call is going to cost. The owner must have that many; what costs nothing needs none.",
    }),
});

const ENTRY = "it must be a credential, or an object with one";
/** One of many: an empty credential is one that nobody has. */
const verifyEntrySchema = z.strictObject(
  { ...verifySchema.shape, key: z.string("key is required").meta({ description: "The credential." }) },
  { error: ({ code }) => (code === "invalid_type" ? ENTRY : undefined) },
);

/** `{keys:[…]}`: one to a hundred at once; an entry may be the bare credential. */
export const verifyManySchema = z.strictObject({
  keys: z
    .array(
      z.preprocess((entry) => (typeof entry === "string" ? { key: entry } : entry), verifyEntrySchema),
      KEY_COUNT,
    )
    .min(1, KEY_COUNT)
    .max(MAX_KEYS, KEY_COUNT),
});

/** What goes into the schema above, for the reference: JSON Schema knows no preprocessing. */
export const verifyManyForm = z.strictObject({
  keys: z
    .array(z.union([verifyEntrySchema, z.string()]))
    .min(1)
    .max(MAX_KEYS)
    .meta({ description: "Each as above, or the bare credential." }),
});
