import { z } from "zod";
import { limitChangeFields } from "./limits";
import { createKeySchema, newEndSchema, note, noteMeta, regenerateKeySchema } from "./schemas";

/** `PATCH /api/auth/keys/<id>/`: what is left out stays as it is. */
export const patchKeySchema = z.strictObject({
  key_name: createKeySchema.shape.key_name.optional(),
  ...limitChangeFields,
  expires_at: newEndSchema.meta({
    type: ["string", "null"],
    description: "An end that is not later than the key’s own; `null` only where it has none. A past instant ends it at once.",
  }),
  note: note.meta({ ...noteMeta, description: "`null` or empty takes it away." }),
  self_rotation: z
    .boolean("self_rotation must be true or false")
    .optional()
    .meta({ description: "Whether whoever holds the credential may replace it: `POST /api/keys/self/regenerate`." }),
});

/** The form on a key's page. */
export const changeKeySchema = createKeySchema.extend({ ...limitChangeFields, self_rotation: z.boolean() });

/** `POST /api/keys/self/regenerate`: when a key ends is its owner's business. */
export const regenerateSelfSchema = z.strictObject({ grace_seconds: regenerateKeySchema.shape.grace_seconds });

/** Of a POST that says nothing, at a route that no older client calls: what it would ignore is refused. */
export const nothingSchema = z.strictObject({});
/** What a page asks for. */
export const pauseKeySchema = z.object({ uuid: z.string(), deed: z.enum(["disable", "enable"]) });
