import { maskCredentials } from "@latchkey/rule/credentials";
import { isNameText, isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { emailInOneForm } from "@/lib/values/email";
import { AppError } from "@/lib/values/errors";
import { parseInstant } from "@/lib/values/instant";
import { MAX_KEY_NAME_LENGTH, MAX_NOTE_LENGTH } from "@/lib/values/lengths";
import { limitFields } from "./limits";

const MAX_GRACE_SECONDS = 604_800;

/** No character takes more than two places of a string. */
const hasAtMost = (text: string, max: number) => text.length <= 2 * max && [...text].length <= max;
const isNameLength = (name: string) => hasAtMost(name, MAX_KEY_NAME_LENGTH);

// What the API reference says of fields stands beside their rules, as metadata.
function readEnd(value: unknown, context: z.RefinementCtx): Date | null {
  if (value === undefined || value === null || value === "") return null;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (!instant) context.addIssue({ code: "custom", message: "INVALID_EXPIRES_AT" });
  return instant;
}

const expiresAtSchema = z
  .unknown()
  .optional()
  .transform(readEnd)
  .meta({
    type: ["string", "null"],
    default: null,
    description:
      "ISO 8601 date, which is its first instant, or date and time; without a zone it is UTC. `null` or empty: never. A past instant makes an expired key.",
  });

/** The same where what is left out stays as it is. */
export const newEndSchema = z
  .unknown()
  .optional()
  .transform((value, context) => (value === undefined ? undefined : readEnd(value, context)));

/** With the white space around it, which is not kept, and lines that end in two characters. */
const MAX_NOTE_PLACES = 4 * MAX_NOTE_LENGTH;

/** Several lines. A credential that somebody pasted into it is cut to its visible part. */
export const note = z
  .string("INVALID_NOTE")
  .refine((text) => text.length <= MAX_NOTE_PLACES, "INVALID_NOTE")
  .transform((text) => maskCredentials(text.replace(/\r\n?/g, "\n").trim()) || null)
  .refine((text) => text === null || (hasAtMost(text, MAX_NOTE_LENGTH) && isPlainText(text.replace(/[\n\t]/g, " "))), {
    error: "INVALID_NOTE",
  })
  .nullish();
export const noteMeta = { type: ["string", "null"] as const, maxLength: MAX_NOTE_LENGTH };

/** `POST /api/auth/keys/create/` (Mifumo seed). Messages are error codes. */
export const createKeySchema = z.object({
  key_name: z
    .string("MISSING_KEY_NAME")
    .trim()
    .min(1, { error: "MISSING_KEY_NAME", abort: true })
    .refine((name) => isNameLength(name) && isNameText(name), "INVALID_KEY_NAME")
    .transform(maskCredentials)
    .meta({ maxLength: MAX_KEY_NAME_LENGTH, description: "What people call the key. Trimmed; two keys may share a name." }),
  ...limitFields,
  expires_at: expiresAtSchema,
  note: note
    .transform((text) => text ?? null)
    .meta({ ...noteMeta, default: null, description: "What you want to remember of the key. Shown on its page." }),
});

/** A name that need not be given, and what is said of one that is none, too long or no name. */
const optionalName = (none: string, tooLong: string, noName: string) =>
  z
    .string(none)
    .nullish()
    .transform((name) => name?.trim() || "API Key")
    .refine(isNameLength, { error: tooLong, abort: true })
    .refine(isNameText, noName)
    .transform(maskCredentials)
    .meta({ maxLength: MAX_KEY_NAME_LENGTH, default: "API Key", description: "What people call the key. Trimmed." });

/** `POST /api/api-keys` (DataZag seed), where `email` may name the owner instead. */
export const adminCreateKeySchema = z
  .object({
    userId: z
      .union([z.string().trim(), z.int().transform(String)], "userId must be a string or a whole number")
      .nullish()
      .transform((id) => id || null)
      .meta({ description: "The owner: the `id` in a user’s profile, or an id elsewhere, alone or as `SOURCE:ID`." }),
    email: z
      .string("email must be a string")
      .nullish()
      .transform((address) => emailInOneForm(address ?? "") || null)
      .meta({ format: "email", description: "The owner’s e-mail address, where `userId` is not given." }),
    name: optionalName(
      "name must be a string",
      `name must have at most ${MAX_KEY_NAME_LENGTH} characters`,
      "name must have something to see, and no characters that control or turn text",
    ),
    ...limitFields,
    expires_at: expiresAtSchema,
  })
  .refine(({ userId, email }) => userId ?? email, { error: "userId is required", path: ["userId"] });

export const regenerateKeySchema = z.strictObject({
  grace_seconds: z
    .number("INVALID_GRACE_SECONDS")
    .int("INVALID_GRACE_SECONDS")
    .min(0, "INVALID_GRACE_SECONDS")
    .max(MAX_GRACE_SECONDS, "INVALID_GRACE_SECONDS")
    .nullish()
    .transform((seconds) => seconds ?? 0)
    .meta({ default: 0, description: "How long the old credentials go on working. Without it they are dead at once." }),
  expires_at: newEndSchema.meta({
    type: ["string", "null"],
    description:
      "A new end of the key, earlier or later; `null` or empty: never. It must lie ahead. Left out, the end stays as it is.",
  }),
});

/** `POST /api/auth/api-key/generate/`: as create, of a front end that need not name its keys. */
export const generateKeySchema = z.object({
  name: optionalName("INVALID_KEY_NAME", "INVALID_KEY_NAME", "INVALID_KEY_NAME"),
  ...limitFields,
  expires_at: expiresAtSchema,
});

export const keyIdSchema = z.object({
  key_id: z
    .string({ error: ({ input }) => (input == null ? "key_id is required" : "key_id must be a string") })
    .trim()
    .min(1, "key_id is required")
    .meta({ description: "The key’s id. Somebody else’s, an unknown and a malformed one are the same 404." }),
});

export const emptyBodySchema = z.object({});

/** @throws AppError INVALID_IDEMPOTENCY_KEY */
export function readIdempotencyKey(header: string | null): string | null {
  if (header !== null && !/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(header))
    throw new AppError("INVALID_IDEMPOTENCY_KEY");
  return header;
}

/** Query of `GET /api/api-keys`. An empty value counts as a missing one. */
export const listKeysSchema = z.object({
  userId: z
    .string()
    .trim()
    .optional()
    .meta({ description: "Only this user’s keys; also by an id elsewhere. Unknown: none; empty: everyone’s." }),
  email: z
    .string()
    .transform(emailInOneForm)
    .optional()
    .meta({ format: "email", description: "Only the keys of whoever has this address, where `userId` is not given." }),
  limit: z
    .string()
    .default("")
    .refine(
      (text) => text === "" || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000),
      "limit must be from 1 to 1000",
    )
    .transform((text) => Number(text || 1000))
    .meta({ type: "integer", minimum: 1, maximum: 1000, default: 1000, description: "How many keys, from 1 to 1000." }),
  cursor: z.string().optional().meta({ description: "`next_cursor` of the page before." }),
});
