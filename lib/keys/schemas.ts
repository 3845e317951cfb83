import { z } from "zod";
import { AppError } from "@/lib/errors";
import { parseInstant } from "@/lib/instant";
import { DEFAULT_PERMISSIONS, isPermissions, isPlainText, type Permissions } from "./permissions";
import { KEY_STATES } from "./validity";

const MAX_NAME_LENGTH = 100;
const MAX_GRACE_SECONDS = 604_800;

const isNameLength = (name: string) => [...name].length <= MAX_NAME_LENGTH;

const permissionsSchema = z
  .custom<Permissions | null>((value) => value === null || isPermissions(value), "INVALID_PERMISSIONS")
  .optional()
  .transform((value): Permissions => value ?? DEFAULT_PERMISSIONS);

const expiresAtSchema = z
  .unknown()
  .optional()
  .transform((value, context): Date | null => {
    if (value === undefined || value === null || value === "") return null;
    const instant = typeof value === "string" ? parseInstant(value) : null;
    if (!instant) context.addIssue({ code: "custom", message: "INVALID_EXPIRES_AT" });
    return instant;
  });

/** `POST /api/auth/keys/create/` (Mifumo seed). Messages are error codes. */
export const createKeySchema = z.object({
  key_name: z
    .string("MISSING_KEY_NAME")
    .trim()
    .min(1, { error: "MISSING_KEY_NAME", abort: true })
    .refine((name) => isPlainText(name) && isNameLength(name), "INVALID_KEY_NAME"),
  permissions: permissionsSchema,
  expires_at: expiresAtSchema,
});

/** `POST /api/api-keys` (DataZag seed). */
export const adminCreateKeySchema = z.object({
  userId: z
    .string({ error: ({ input }) => (input === undefined || input === null ? "userId is required" : "userId must be a string") })
    .trim()
    .min(1, "userId is required"),
  name: z
    .string("name must be a string")
    .nullish()
    .transform((name) => name?.trim() || "API Key")
    .refine(isNameLength, "name must have at most 100 characters")
    .refine(isPlainText, "name must not contain control characters"),
  permissions: permissionsSchema,
  expires_at: expiresAtSchema,
});

export const regenerateKeySchema = z.object({
  grace_seconds: z
    .number("INVALID_GRACE_SECONDS")
    .int("INVALID_GRACE_SECONDS")
    .min(0, "INVALID_GRACE_SECONDS")
    .max(MAX_GRACE_SECONDS, "INVALID_GRACE_SECONDS")
    .nullish()
    .transform((seconds) => seconds ?? 0),
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
  userId: z.string().trim().optional(),
  limit: z
    .string()
    .default("")
    .refine(
      (text) => text === "" || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000),
      "limit must be from 1 to 1000",
    )
    .transform((text) => Number(text || 1000)),
  cursor: z.string().optional(),
});

const cost = z
  .number("cost must be a whole number of credits")
  .int("cost must be a whole number of credits")
  .min(0, "cost must not be negative")
  .max(1_000_000_000, "cost is too large");

const MAX_KEYS = 100;
const KEY_COUNT = `keys must be a list of 1 to ${MAX_KEYS}`;

/** One key of `POST /api/keys/verify`; a call costs one credit unless it says otherwise. */
export const verifySchema = z.object({
  key: z.string("key is required").min(1, "key is required"),
  secret: z.string("secret must be a string").nullish(),
  permission: z.string("permission must be a string").nullish(),
  cost: cost.nullish().transform((value) => value ?? 1),
});

/** `{keys:[…]}`: one to a hundred at once; an entry may be the bare credential. */
export const verifyManySchema = z.object({
  keys: z
    .array(
      z.preprocess((entry) => (typeof entry === "string" ? { key: entry } : entry), verifySchema),
      KEY_COUNT,
    )
    .min(1, KEY_COUNT)
    .max(MAX_KEYS, KEY_COUNT),
});

export const KEY_SORTS = ["-created", "created", "name", "-name", "-used", "used", "expires", "-expires"] as const;
export const KEY_CHECKS = ["never-expires", "unused", "expiring", "never-used"] as const;

/** The address of a user's list of keys. What is missing, repeated or senseless in it counts as not asked for: it never fails. */
export const searchKeysSchema = z.object({
  q: z
    .string()
    .catch("")
    // Lists show a masked credential with dots at its end, and people paste it as they see it.
    .transform((text) =>
      isPlainText(text)
        ? text
            .trim()
            .replace(/(\.{2,}|…)$/, "")
            .slice(0, MAX_NAME_LENGTH)
        : "",
    ),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .catch(null),
  status: z.enum(KEY_STATES).nullable().catch(null),
  check: z.enum(KEY_CHECKS).nullable().catch(null),
  sort: z.enum(KEY_SORTS).catch("-created"),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});

export type KeySearch = z.output<typeof searchKeysSchema>;
export type KeySort = (typeof KEY_SORTS)[number];
export type KeyCheck = (typeof KEY_CHECKS)[number];
