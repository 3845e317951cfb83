import { z } from "zod";
import type { ErrorCode } from "@/lib/values/errors";
import { type Dialect, describeRequestId, type FailureGroup } from "./dialect";
import { bearerChallenge, describeUserFailure, userDialect } from "./user";

/**
 * Identity routes. Success bodies are flat, without `success`: existing clients would then look only at `data`.
 * Wrong input is a map of field to sentences; anything else `{detail,code}`.
 */
export const identityDialect: Dialect = {
  success: ({ data = {} }) => data,
  failure: (error, requestId) => {
    if (error.fields) return error.fields;
    if (error.code === "REFRESH_TOKEN_NOT_VALID") return { detail: error.message, code: wordOf(error.code) };
    if (error.status === 401 || error.code === "ORIGIN_NOT_ALLOWED") return userDialect.failure(error, requestId);
    return { detail: error.message, code: wordOf(error.code), ...(error.status >= 500 && { request_id: requestId }) };
  },
  failureHeaders: bearerChallenge,
};

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
    detail: z.string(),
    code: z.enum(words),
    ...(status >= 500 && { request_id: describeRequestId() }),
  });
  if (codes.length === failures.length) return plain;
  const map = z.strictObject(Object.fromEntries(fields.map((field) => [field, z.array(z.string()).min(1).optional()])));
  return z.union([map.meta({ minProperties: 1, description: "Sentences by field." }), plain]);
}
