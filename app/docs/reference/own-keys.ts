import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { INACTIVE_STATUSES } from "@latchkey/rule/status";
import { z } from "zod";
import { issuedKeyAnswer, ownKeyAnswer, regeneratedKeyAnswer } from "@/app/_wire/own-keys";
import { LIMIT_CODES } from "@/lib/keys/limits";
import { createKeySchema, emptyBodySchema, regenerateKeySchema } from "@/lib/keys/schemas";
import { CREATED, ID, ISSUED, KEY_CHANGES, keyId, LISTED, RENEWED } from "./key-changes";
import {
  BODY_FAILURES,
  body,
  type Group,
  idempotencyKey,
  repeatFailures,
  USER_CALLERS,
  USER_FAILURES,
  unknownField,
  userAnswer,
  WRITER_FAILURES,
} from "./operation";

const REPEAT_FAILURES = repeatFailures({ id: 123, uuid: ID, name: "My API Key" });

const counts = z.strictObject({ total: z.int(), active: z.int() });

export const OWN_KEYS: Group = {
  slug: "your-keys",
  name: "Your own keys",
  caller: "Authorization: Bearer, with an access token.",
  about:
    "Answers are `{success,message,data}`, refusals `{success,message,error_code}`. On the portal’s own pages the session cookie will do instead of a token.",
  operations: [
    {
      id: "createKey",
      method: "POST",
      path: "/api/auth/keys/create/",
      summary: "Create a key",
      description: "`api_key` and `secret_key` are in this answer only: nothing that is stored can bring them back.",
      dialect: "user",
      callers: USER_CALLERS,
      parameters: [idempotencyKey],
      body: body(createKeySchema, {
        full: { key_name: "My API Key", ...DEFAULT_LIMITS, expires_at: "2030-12-31T23:59:59Z" },
        shortest: { key_name: "Test API Key" },
        by_resource: { key_name: "SMS", permissions: { sms: ["send", "status"], "*": ["read"] } },
      }),
      answers: [userAnswer(201, "API key created successfully", issuedKeyAnswer, { success: ISSUED })],
      failures: [
        "MISSING_KEY_NAME",
        "INVALID_KEY_NAME",
        ...LIMIT_CODES,
        "INVALID_EXPIRES_AT",
        unknownField("expiresAt", "expires_at"),
        "EMAIL_NOT_CONFIRMED",
        "INVALID_NOTE",
        ...BODY_FAILURES,
        ...WRITER_FAILURES,
        ...REPEAT_FAILURES,
        "KEY_LIMIT_REACHED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "getSettings",
      method: "GET",
      path: "/api/auth/settings/",
      summary: "The API account and its keys, masked",
      description: `Newest first, ${INACTIVE_STATUSES.join(", ")} ones included, at most 1,000 or a megabyte of them. There are no webhooks yet: the list is empty.`,
      dialect: "user",
      callers: USER_CALLERS,
      parameters: [
        { name: "cursor", in: "query", required: false, schema: z.string(), description: "`next_cursor` of the answer before." },
      ],
      answers: [
        userAnswer(
          200,
          "API settings retrieved successfully",
          z.strictObject({
            api_account: z
              .strictObject({
                id: z.uuid(),
                account_id: z.string().meta({ description: "A short name for support requests and invoices." }),
                name: z.string().meta({ description: "The person’s." }),
                description: z.string(),
                status: z.enum(["active", "inactive"]),
                is_active: z.boolean(),
                created_at: z.date(),
              })
              .meta({ id: "ApiAccount" }),
            api_keys: z.array(ownKeyAnswer),
            webhooks: z.array(z.never()).max(0),
            next_cursor: z.string().optional().meta({ description: "Only when there are more keys." }),
          }),
          {
            success: {
              api_account: {
                id: "1f0c7a52-6f0e-4c7b-9a55-0c1c6d1f2b3a",
                account_id: "acc_1f0c7a526f0e4c7b",
                name: "Asha Mrema",
                description: "",
                status: "active",
                is_active: true,
                created_at: CREATED,
              },
              api_keys: [LISTED],
              webhooks: [],
            },
          },
        ),
      ],
      failures: [{ code: "INVALID_INPUT", message: "cursor is not valid" }, ...USER_FAILURES, "TEMPORARILY_UNAVAILABLE"],
    },
    {
      id: "regenerateKey",
      method: "POST",
      path: "/api/auth/keys/{id}/regenerate/",
      summary: "Replace a key’s credentials, at once or with a grace",
      description:
        "The key keeps its id, name, permissions and history. Of two calls at once, only one returned pair works. An expired key needs a new `expires_at`. The old credentials never outlive the end that the key had. A key that was imported with those of another product gets `mf_live_` ones, with a secret.",
      dialect: "user",
      callers: USER_CALLERS,
      ends: "the key’s credentials of now, at once or after the grace",
      parameters: [keyId, idempotencyKey],
      body: body(
        regenerateKeySchema,
        { grace: { grace_seconds: 3600 }, at_once: {}, new_end: { expires_at: "2031-12-31T23:59:59Z" } },
        { required: false },
      ),
      answers: [
        userAnswer(200, "API key regenerated successfully", regeneratedKeyAnswer, {
          grace: { ...RENEWED, previous_expires_at: new Date("2025-02-01T11:30:00.000Z") },
          at_once: RENEWED,
        }),
      ],
      failures: [
        "INVALID_GRACE_SECONDS",
        "INVALID_EXPIRES_AT",
        unknownField("graceSeconds", "grace_seconds"),
        ...BODY_FAILURES,
        ...WRITER_FAILURES,
        "API_KEY_NOT_FOUND",
        "API_KEY_REVOKED",
        "API_KEY_EXPIRED",
        ...REPEAT_FAILURES,
        "KEY_LIMIT_REACHED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "revokeKey",
      method: "POST",
      path: "/api/auth/keys/{id}/revoke/",
      summary: "End a key; it stays listed",
      description: "The next verification says no. Revoking again changes nothing and answers the same.",
      dialect: "user",
      callers: USER_CALLERS,
      ends: "the key, for good",
      parameters: [keyId],
      body: body(emptyBodySchema, { empty: {} }, { required: false }),
      answers: [
        userAnswer(
          200,
          "API key revoked successfully",
          z.strictObject({ id: z.uuid(), status: z.literal("revoked"), is_active: z.literal(false) }),
          { success: { id: ID, status: "revoked", is_active: false } },
        ),
      ],
      failures: [...BODY_FAILURES, ...USER_FAILURES, "API_KEY_NOT_FOUND", "TEMPORARILY_UNAVAILABLE"],
    },
    ...KEY_CHANGES,
    {
      id: "getUsage",
      method: "GET",
      path: "/api/auth/usage/",
      summary: "Keys, calls and credits, day by day",
      description: "`daily` holds the last 30 days (UTC), with zeros where nothing was called.",
      dialect: "user",
      callers: USER_CALLERS,
      answers: [
        userAnswer(
          200,
          "API usage statistics retrieved successfully",
          z.strictObject({
            api_keys: counts.meta({ description: "Keys that are expired, disabled or revoked are not active." }),
            webhooks: counts,
            api_calls: z.strictObject({ total: z.int() }),
            account_created: z.date().meta({ description: "When the API account was made." }),
            credits: z.int().meta({ description: "The balance." }),
            daily: z.array(z.strictObject({ date: z.iso.date(), calls: z.int(), credits: z.int() })),
          }),
          {
            success: {
              api_keys: { total: 2, active: 1 },
              webhooks: { total: 0, active: 0 },
              api_calls: { total: 128 },
              account_created: CREATED,
              credits: 872,
              daily: [{ date: "2025-02-01", calls: 128, credits: 128 }],
            },
          },
        ),
      ],
      failures: [...USER_FAILURES, "TEMPORARILY_UNAVAILABLE"],
    },
  ],
};
