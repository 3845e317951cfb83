import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { z } from "zod";
import { changedKeyAnswer, keyStatusAnswer } from "@/app/_wire/own-keys";
import type { FailureCase } from "@/lib/doors/dialects/dialect";
import { nothingSchema, patchKeySchema } from "@/lib/keys/change-schemas";
import { LIMIT_CODES } from "@/lib/keys/limits";
import type { ErrorCode } from "@/lib/values/errors";
import {
  BODY_FAILURES,
  body,
  type Operation,
  type Parameter,
  USER_CALLERS,
  unknownField,
  userAnswer,
  WRITER_FAILURES,
} from "./operation";

// The samples of the Mifumo SMS documents.
export const ID = "550e8400-e29b-41d4-a716-446655440000";
export const CREATED = new Date("2025-01-20T10:30:00.000Z");
export const LISTED = {
  id: ID,
  key_name: "My API Key",
  api_key: "mf_live_abc123...",
  secret_key: null,
  ...DEFAULT_LIMITS,
  status: "active" as const,
  is_active: true,
  total_uses: 128,
  last_used: new Date("2025-02-01T08:15:30.000Z"),
  created_at: CREATED,
  expires_at: null,
};

export const ISSUED = {
  id: ID,
  key_name: "My API Key",
  api_key: "mf_live_abc123...",
  secret_key: "mf_live_xyz789...",
  ...DEFAULT_LIMITS,
  created_at: CREATED,
  expires_at: null,
  status: "active" as const,
  is_active: true,
  total_uses: 0,
  last_used: null,
  updated_at: CREATED,
};

export const RENEWED = {
  ...ISSUED,
  total_uses: 128,
  last_used: new Date("2025-02-01T08:15:30.000Z"),
  updated_at: new Date("2025-02-01T10:30:00.000Z"),
};

export const keyId: Parameter = {
  name: "id",
  in: "path",
  required: true,
  schema: z.uuid(),
  description: "The key’s `id`. Somebody else’s, an unknown and a malformed one are the same 404.",
  example: ID,
};

const PAUSE_FAILURES: (ErrorCode | FailureCase)[] = [
  { code: "UNKNOWN_FIELD", message: 'Unknown field "reason".' },
  ...BODY_FAILURES,
  ...WRITER_FAILURES,
  "API_KEY_NOT_FOUND",
  "API_KEY_REVOKED",
  "ENDED_BY_STAFF",
  "API_KEY_LEAKED",
  "TEMPORARILY_UNAVAILABLE",
];

/** What an owner can do to a key besides replacing and ending it. */
export const KEY_CHANGES: Operation[] = [
  {
    id: "changeKey",
    method: "PATCH",
    path: "/api/auth/keys/{id}/",
    summary: "Rename a key, note something, limit it further",
    description:
      "A key can lose permissions and end earlier. What would give it more, or let it live longer, is a 400 `NOT_NARROWER`: regenerate it, or make another.",
    dialect: "user",
    callers: USER_CALLERS,
    parameters: [keyId],
    body: body(
      patchKeySchema,
      {
        narrower: { permissions: ["read"], expires_at: "2026-12-31T23:59:59Z" },
        described: { key_name: "Laptop", note: "Asha’s, for the demo", self_rotation: true },
      },
      { required: false },
    ),
    answers: [
      userAnswer(200, "API key updated successfully", changedKeyAnswer, {
        success: { ...LISTED, key_name: "Laptop", note: "Asha’s, for the demo", self_rotation: true },
      }),
    ],
    failures: [
      "MISSING_KEY_NAME",
      "INVALID_KEY_NAME",
      ...LIMIT_CODES,
      "INVALID_EXPIRES_AT",
      "INVALID_NOTE",
      { code: "INVALID_INPUT", message: "self_rotation must be true or false" },
      unknownField("expiresAt", "expires_at"),
      "NOT_NARROWER",
      ...BODY_FAILURES,
      ...WRITER_FAILURES,
      "API_KEY_NOT_FOUND",
      "API_KEY_REVOKED",
      "TEMPORARILY_UNAVAILABLE",
    ],
  },
  {
    id: "disableKey",
    method: "POST",
    path: "/api/auth/keys/{id}/disable/",
    summary: "Have a key refused until it is enabled again",
    description:
      "Verifications say `DISABLED`. Its credentials and a grace stay. Disabling again changes nothing. `status` is the key’s: an expired one is still `expired`.",
    dialect: "user",
    callers: USER_CALLERS,
    ends: "every call with the key, until it is enabled",
    parameters: [keyId],
    body: body(nothingSchema, { empty: {} }, { required: false }),
    answers: [
      userAnswer(200, "API key disabled successfully", keyStatusAnswer, {
        success: { id: ID, status: "disabled", is_active: false },
      }),
    ],
    failures: PAUSE_FAILURES,
  },
  {
    id: "enableKey",
    method: "POST",
    path: "/api/auth/keys/{id}/enable/",
    summary: "Let a disabled key be used again",
    description:
      "Only what its owner disabled: what staff ended is a 409 `ENDED_BY_STAFF`, and a key that was found in public a 409 `API_KEY_LEAKED`. Enabling again changes nothing.",
    dialect: "user",
    callers: USER_CALLERS,
    parameters: [keyId],
    body: body(nothingSchema, { empty: {} }, { required: false }),
    answers: [
      userAnswer(200, "API key enabled successfully", keyStatusAnswer, {
        success: { id: ID, status: "active", is_active: true },
      }),
    ],
    failures: [...PAUSE_FAILURES, "KEY_LIMIT_REACHED"],
  },
];
