import { maskCredentials } from "@latchkey/rule/credentials";
import { isPlainText } from "@latchkey/rule/plain-text";
import { KEY_STATES } from "@latchkey/rule/status";
import { z } from "zod";
import { MAX_KEY_NAME_LENGTH, MAX_TYPED_LENGTH } from "@/lib/values/lengths";
import { withoutEllipsis } from "@/lib/values/search-text";

export const KEY_SORTS = ["-created", "created", "name", "-name", "-used", "used", "expires", "-expires"] as const;
const KEY_CHECKS = ["never-expires", "unused", "expiring", "never-used", "weak"] as const;

/** SHA-256 of a credential, made by the browser. */
export const digestText = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .nullable()
  .catch(null);

/** What a list can be narrowed to. Without one of these, revoked keys are aside, unless something is searched for. */
export const STATUS_FILTERS = [...KEY_STATES, "all"] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

/** The address of a user's list of keys. What is missing, repeated or senseless in it counts as not asked for: it never fails. */
export const searchKeysSchema = z.object({
  q: z
    .string()
    .catch("")
    .transform((text) => text.slice(0, MAX_TYPED_LENGTH))
    .transform((text) => (isPlainText(text) ? withoutEllipsis(maskCredentials(text.trim())).slice(0, MAX_KEY_NAME_LENGTH) : "")),
  digest: digestText,
  status: z.enum(STATUS_FILTERS).nullable().catch(null),
  check: z.enum(KEY_CHECKS).nullable().catch(null),
  sort: z.enum(KEY_SORTS).catch("-created"),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});

export type KeySearch = z.output<typeof searchKeysSchema>;
export type KeySort = (typeof KEY_SORTS)[number];
export type KeyCheck = (typeof KEY_CHECKS)[number];
