import type { Scope } from "@latchkey/rule/services";
import { z } from "zod";
import { adminKeyAnswer } from "@/app/_wire/every-key";
import type { FailureCase } from "@/lib/doors/dialects/dialect";
import { nothingSchema } from "@/lib/keys/change-schemas";
import { LIMIT_CODES } from "@/lib/keys/limits";
import { adminCreateKeySchema, listKeysSchema } from "@/lib/keys/schemas";
import { THROTTLE } from "./identity-samples";
import {
  adminAnswer,
  BODY_FAILURES,
  body,
  type Group,
  idempotencyKey,
  type Parameter,
  repeatFailures,
  serviceRefusals,
  unknownField,
} from "./operation";

// The samples of the DataZag documents.
const CREATED = new Date("2024-01-01T00:00:00.000Z");

export const gateOf = (scope: Scope): FailureCase[] => [
  { code: "INVALID_ADMIN_SECRET" },
  ...serviceRefusals(scope),
  THROTTLE,
  { code: "ORIGIN_NOT_ALLOWED" },
  { code: "NOT_CONFIGURED", details: "ADMIN_API_SECRET is not set." },
  { code: "TEMPORARILY_UNAVAILABLE", details: "The database could not be reached." },
];

const { userId, email, limit, cursor } = listKeysSchema.shape;
export const query = (name: string, schema: z.ZodType, example: string | number): Parameter => ({
  name,
  in: "query",
  required: false,
  schema,
  description: z.globalRegistry.get(schema)?.description ?? "",
  example,
});

const keyId: Parameter = {
  name: "id",
  in: "path",
  required: true,
  schema: z.int().min(1),
  description: "The key’s numeric `id`, a positive decimal integer.",
  example: 123,
};

const LISTED = {
  id: 123,
  key: "datazag_abc123...",
  name: "My API Key",
  active: true,
  created_at: CREATED,
  user_email: "user@example.com",
  user_credits: 1000,
};

export const EVERY_KEY: Group = {
  slug: "everyones-keys",
  name: "Everyone’s keys",
  caller: "A service, or X-Admin-Secret: for staff and back-office systems.",
  about:
    "The secret is the server’s setting `ADMIN_API_SECRET`. Answers are `{success,…}`, refusals `{success,error}`. Browsers may call this only from allowed origins. Wrong secrets are limited to 20 a minute by network; a right one is never refused for what else came from its network.",
  operations: [
    {
      id: "adminCreateKey",
      method: "POST",
      path: "/api/api-keys",
      summary: "Create a key for a user",
      description: "`key.key` is in this answer only. It is `datazag_` and 64 hexadecimal digits.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:write",
      parameters: [idempotencyKey],
      body: body(adminCreateKeySchema, {
        named: { userId: "user-id-string", name: "optional-key-name" },
        shortest: { userId: "user-id-string" },
        byEmail: { email: "user@example.com" },
        byFormerId: { userId: "mifumo:42" },
      }),
      answers: [
        adminAnswer(
          201,
          { message: "API key created successfully", description: "The key and its owner" },
          {
            key: z.strictObject({
              id: z.int(),
              key: z.string().meta({ description: "The credential, shown this once." }),
              name: z.string(),
              active: z.literal(true),
              created_at: z.date(),
            }),
            user: z.strictObject({ id: z.string(), email: z.string(), credits: z.int() }),
          },
          {
            key: { id: 123, key: "datazag_abc123...", name: "My API Key", active: true, created_at: CREATED },
            user: { id: "user-id", email: "user@example.com", credits: 1000 },
          },
        ),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "userId is required" },
        { code: "INVALID_INPUT", message: "name must have at most 100 characters" },
        ...LIMIT_CODES,
        "INVALID_EXPIRES_AT",
        unknownField("expiresAt", "expires_at"),
        ...BODY_FAILURES,
        "USER_NOT_FOUND",
        "AMBIGUOUS_USER_ID",
        ...repeatFailures({ id: 123, uuid: "550e8400-e29b-41d4-a716-446655440000", name: "My API Key" }),
        ...gateOf("admin:write"),
      ],
    },
    {
      id: "adminListKeys",
      method: "GET",
      path: "/api/api-keys",
      summary: "List keys, all or one user’s",
      description:
        "Newest first, whichever API or screen made them; deleted ones are not listed. `next_cursor` leads to the next page and is `null` on the last one.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:read",
      parameters: [
        query("userId", userId, "user-id-string"),
        query("limit", limit, 100),
        query("cursor", cursor, "1704067200000-123"),
        // Last: generators make arguments of them, by their place.
        query("email", email, "user@example.com"),
      ],
      answers: [
        adminAnswer(
          200,
          { description: "A page of keys" },
          { keys: z.array(adminKeyAnswer), next_cursor: z.string().nullable() },
          {
            keys: [LISTED],
            next_cursor: null,
          },
        ),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "limit must be from 1 to 1000" },
        { code: "INVALID_INPUT", message: "cursor is not valid" },
        unknownField("user_id", "userId"),
        "AMBIGUOUS_USER_ID",
        ...gateOf("admin:read"),
      ],
    },
    {
      id: "adminDeleteKey",
      method: "DELETE",
      path: "/api/api-keys/{id}",
      summary: "Delete a key; its history stays",
      description: "Anyone’s. Of two calls at once exactly one gets 200.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:write",
      ends: "the key, and takes it out of every list",
      parameters: [keyId],
      answers: [
        adminAnswer(
          200,
          { message: "API key deleted successfully", description: "What was deleted" },
          { deleted_key: z.strictObject({ id: z.int(), name: z.string() }) },
          { deleted_key: { id: 123, name: "My API Key" } },
        ),
      ],
      failures: ["INVALID_KEY_ID", "API_KEY_NOT_FOUND", ...gateOf("admin:write")],
    },
    {
      id: "adminRestoreKey",
      method: "POST",
      path: "/api/api-keys/{id}/restore",
      summary: "Undo the deletion of a key, for 30 days",
      description:
        "The key works again as it did, if it is neither revoked, expired nor disabled; its history was never gone. One that is not deleted is a 409, and later it is not found.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:write",
      parameters: [keyId],
      body: body(nothingSchema, { empty: {} }, { required: false }),
      answers: [
        adminAnswer(
          200,
          { message: "API key restored successfully", description: "The key, masked" },
          { key: adminKeyAnswer },
          { key: LISTED },
        ),
      ],
      failures: [
        { code: "UNKNOWN_FIELD", message: 'Unknown field "reason".' },
        ...BODY_FAILURES,
        "INVALID_KEY_ID",
        "API_KEY_NOT_FOUND",
        "KEY_NOT_DELETED",
        ...gateOf("admin:write"),
      ],
    },
  ],
};
