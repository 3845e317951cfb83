import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { KEY_STATUSES } from "@latchkey/rule/status";
import { z } from "zod";
import { regeneratedKeyAnswer } from "@/app/_wire/own-keys";
import { verdictAnswer } from "@/app/_wire/verdicts";
import { nothingSchema, regenerateSelfSchema } from "@/lib/keys/change-schemas";
import { ID, RENEWED } from "./key-changes";
import { answer, BODY_FAILURES, body, type Operation, TOO_MANY_CHANGES } from "./operation";

/** What a key can ask and do with nothing but its own credential. */
export const KEY_ITSELF: Operation[] = [
  {
    id: "getSelf",
    method: "GET",
    path: "/api/keys/self",
    summary: "What the presented key is, and what is left of it",
    description:
      "As a verification of a call that costs one credit: a key that is known and not valid is a 200 that says why. It counts as one, too.",
    dialect: "plain",
    callers: ["apiKey"],
    answers: [
      answer(200, "The verdict", verdictAnswer, {
        valid: {
          valid: true,
          code: "VALID",
          key_id: ID,
          name: "My API Key",
          user_id: "8270ed54-d48c-47e4-8bd5-c92d4d16d097",
          ...DEFAULT_LIMITS,
          credits: 872,
          expires_at: null,
        },
        expired: { valid: false, code: "EXPIRED", reason: "The key has expired.", key_id: ID },
      }),
    ],
    failures: ["INVALID_API_KEY", "TEMPORARILY_UNAVAILABLE"],
  },
  {
    id: "revokeSelf",
    method: "POST",
    path: "/api/keys/self/revoke",
    summary: "End the presented key",
    description:
      "For good, by whoever holds it. A credential that was replaced and still works ends itself alone: `ended` says which it was. Doing so again answers the same.",
    dialect: "plain",
    callers: ["apiKey"],
    ends: "the key, for good",
    body: body(nothingSchema, { empty: {} }, { required: false }),
    answers: [
      answer(
        200,
        "It is ended, now or before",
        z.strictObject({
          key_id: z.uuid(),
          status: z.enum(KEY_STATUSES).meta({ description: "The key’s." }),
          is_active: z.boolean(),
          ended: z.enum(["key", "replaced_credential"]),
        }),
        {
          key: { key_id: ID, status: "revoked", is_active: false, ended: "key" },
          replaced: { key_id: ID, status: "active", is_active: true, ended: "replaced_credential" },
        },
      ),
    ],
    failures: [
      { code: "UNKNOWN_FIELD", message: 'Unknown field "reason".' },
      ...BODY_FAILURES,
      "INVALID_API_KEY",
      "TEMPORARILY_UNAVAILABLE",
    ],
  },
  {
    id: "regenerateSelf",
    method: "POST",
    path: "/api/keys/self/regenerate",
    summary: "Replace the presented key’s credentials",
    description:
      "Where its owner has switched on `self_rotation`. Its end stays. A credential that was replaced replaces nothing, so that of two calls at once one gets a new pair; an `Idempotency-Key` is not needed, nor heeded.",
    dialect: "plain",
    callers: ["apiKey"],
    ends: "the key’s credentials of now, at once or after the grace",
    body: body(regenerateSelfSchema, { grace: { grace_seconds: 3600 }, at_once: {} }, { required: false }),
    answers: [
      answer(200, "The new credentials, shown this once", regeneratedKeyAnswer, {
        grace: { ...RENEWED, previous_expires_at: new Date("2025-02-01T11:30:00.000Z") },
      }),
    ],
    failures: [
      "INVALID_GRACE_SECONDS",
      { code: "UNKNOWN_FIELD", message: 'Unknown field "expires_at".' },
      ...BODY_FAILURES,
      "INVALID_API_KEY",
      "SELF_ROTATION_OFF",
      "CREDENTIAL_REPLACED",
      "API_KEY_REVOKED",
      { code: "API_KEY_EXPIRED", message: "This API key has expired" },
      "API_KEY_DISABLED",
      TOO_MANY_CHANGES,
      "TEMPORARILY_UNAVAILABLE",
    ],
  },
];
