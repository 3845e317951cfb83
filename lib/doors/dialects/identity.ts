import { z } from "zod";
import type { ErrorCode } from "@/lib/values/errors";
import { type Dialect, describeFacts, describeRequestId, type FailureGroup } from "./dialect";
import { bearerChallenge, describeUserFailure, userDialect } from "./user";

/**
 * Identity routes. Success bodies are flat, without `success`: existing clients would then look only at `data`.
 * Wrong input is a map of field to sentences; anything else `{message,detail,code}`. Clients show `message`, or else that
 * something went wrong: so what is about no field has one too.
 */
export const identityDialect: Dialect = {
  success: ({ data = {} }) => data,
  failure: (error, requestId) => {
    if (error.fields) return withMessage(error.fields);
    const isOfToken = error.status === 401 && error.code !== "REFRESH_TOKEN_NOT_VALID";
    if (isOfToken || error.code === "ORIGIN_NOT_ALLOWED") return userDialect.failure(error, requestId);
    const { message, code, status } = error;
    return { message, detail: message, code: wordOf(code), ...error.facts, ...(status >= 500 && { request_id: requestId }) };
  },
  failureHeaders: bearerChallenge,
};

/** `settings/profile/`: the user API's envelope around what goes well, and field maps. */
export const profileSettingsDialect: Dialect = { ...identityDialect, success: userDialect.success };

/** The later front end's own two routes for keys: flat, and refused as keys are everywhere. */
export const flatKeyDialect: Dialect = { ...userDialect, success: identityDialect.success };

function withMessage(fields: Record<string, string[]>): Record<string, unknown> {
  const { non_field_errors: general, ...others } = fields;
  return general && Object.keys(others).length === 0 ? { ...fields, message: general.join(" ") } : fields;
}

function wordOf(code: ErrorCode): string {
  return code === "REFRESH_TOKEN_NOT_VALID" ? "token_not_valid" : code.toLowerCase();
}

export function describeIdentityFailure(group: FailureGroup): z.ZodType {
  const { status, failures, fields } = group;
  // An origin is refused by the gate, which writes for the whole prefix as the user API does.
  const isGates = failures.every(({ code }) => code === "ORIGIN_NOT_ALLOWED");
  if (isGates || failures.some(({ code }) => code === "NOT_AUTHENTICATED")) return describeUserFailure(group);
  const codes = failures.filter((failure) => !failure.fields).map(({ code }) => code);
  const words = codes.map(wordOf);
  const plain = z.strictObject({
    message: z.string(),
    detail: z.string().meta({ description: "The message again." }),
    code: z.enum(words),
    ...describeFacts(status),
    ...(status >= 500 && { request_id: describeRequestId() }),
  });
  if (codes.length === failures.length) return plain;
  const map = z.strictObject({
    ...Object.fromEntries(fields.map((field) => [field, z.array(z.string()).min(1).optional()])),
    message: z.string().optional().meta({ description: "With `non_field_errors` alone: their sentences." }),
  });
  return z.union([map.meta({ minProperties: 1, description: "Sentences by field." }), plain]);
}
