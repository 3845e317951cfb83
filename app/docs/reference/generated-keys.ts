import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { z } from "zod";
import { generatedKeyAnswer } from "@/app/_wire/own-keys";
import { LIMIT_CODES } from "@/lib/keys/limits";
import { generateKeySchema, keyIdSchema } from "@/lib/keys/schemas";
import { answer, BODY_FAILURES, body, type Group, USER_CALLERS, USER_FAILURES, unknownField, WRITER_FAILURES } from "./operation";

const ID = "550e8400-e29b-41d4-a716-446655440000";
const MADE = "API key generated successfully";
const ENDED = "API key revoked successfully";

export const GENERATED_KEYS: Group = {
  slug: "generated-keys",
  name: "Keys in flat answers",
  caller: "Authorization: Bearer, with an access token.",
  about: "The same keys, made and revoked as one front end does: answers are flat, refusals `{success,message,error_code}`.",
  operations: [
    {
      id: "generateKey",
      method: "POST",
      path: "/api/auth/api-key/generate/",
      summary: "Create a key, in a flat answer",
      description: "`Idempotency-Key` is not heeded here: each call makes a key.",
      dialect: "user",
      callers: USER_CALLERS,
      body: body(generateKeySchema, { named: { name: "My API Key", ...DEFAULT_LIMITS }, shortest: {} }, { required: false }),
      answers: [
        answer(201, "The key", generatedKeyAnswer.extend({ message: z.literal(MADE) }).meta({ id: "GeneratedKeyAnswer" }), {
          success: {
            message: MADE,
            api_key: "mf_live_abc123...",
            key: "mf_live_abc123...",
            secret_key: "mf_live_xyz789...",
            key_id: ID,
            name: "My API Key",
            ...DEFAULT_LIMITS,
            created_at: new Date("2025-01-20T10:30:00.000Z"),
            expires_at: null,
          },
        }),
      ],
      failures: [
        "INVALID_KEY_NAME",
        ...LIMIT_CODES,
        "INVALID_EXPIRES_AT",
        unknownField("expiresAt", "expires_at"),
        "EMAIL_NOT_CONFIRMED",
        ...BODY_FAILURES,
        ...WRITER_FAILURES,
        "KEY_LIMIT_REACHED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "revokeGeneratedKey",
      method: "POST",
      path: "/api/auth/api-key/revoke/",
      summary: "End a key that is named in the body",
      description: "Any key of one’s own. Revoking again changes nothing and answers the same.",
      dialect: "user",
      callers: USER_CALLERS,
      ends: "the key, for good",
      body: body(keyIdSchema, { key: { key_id: ID } }),
      answers: [answer(200, "Ended", z.strictObject({ message: z.literal(ENDED) }), { success: { message: ENDED } })],
      failures: [
        { code: "INVALID_INPUT", message: "key_id is required" },
        ...BODY_FAILURES,
        ...USER_FAILURES,
        "API_KEY_NOT_FOUND",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
  ],
};
