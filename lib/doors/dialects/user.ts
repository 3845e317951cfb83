import { z } from "zod";
import { METHODS } from "@/lib/request/methods";
import type { AppError } from "@/lib/values/errors";
import { codesOf, type Dialect, describeFacts, describeRequestId, type FailureGroup, type Gate } from "./dialect";

/** `/api/auth/keys…`, settings, usage: `{success,message,data}` and `{success,message,error_code}` (Mifumo seed). */
export const userDialect: Dialect = {
  success: ({ message = "OK", data = null }) => ({ success: true, message, data }),
  failure: (error, requestId) => ({
    success: false,
    message: error.message,
    ...(error.status === 401
      ? { error_code: "NOT_AUTHENTICATED", detail: error.message, code: error.code.toLowerCase() }
      : { error_code: error.code }),
    ...(error.key && { data: { id: error.key.uuid, key_name: error.key.name } }),
    ...error.facts,
    ...(error.status >= 500 && { request_id: requestId }),
  }),
  failureHeaders: bearerChallenge,
};

/** In front of all of `/api/auth`, whatever dialect stands behind it. */
export const userGate: Gate = {
  dialect: userDialect,
  methods: METHODS,
  headers: ["Authorization", "Content-Type", "Accept", "X-Requested-With", "Idempotency-Key"],
};

/** RFC 6750 section 3: no error code when no credentials were sent. */
export function bearerChallenge(error: AppError): Record<string, string> {
  if (error.status !== 401) return {};
  const suffix = error.code === "TOKEN_NOT_VALID" ? ', error="invalid_token"' : "";
  return { "WWW-Authenticate": `Bearer realm="api"${suffix}` };
}

export function describeUserSuccess<Data extends z.ZodType>(message: string, data: Data) {
  return z.strictObject({ success: z.literal(true), message: z.literal(message), data });
}

export function describeUserFailure({ status, failures }: FailureGroup): z.ZodType {
  const codes = codesOf(failures);
  if (status === 401) {
    return z.strictObject({
      success: z.literal(false),
      message: z.string(),
      error_code: z.literal("NOT_AUTHENTICATED"),
      detail: z.string().meta({ description: "The message again." }),
      code: z.enum(codes.map((code) => code.toLowerCase())),
    });
  }
  return z.strictObject({
    success: z.literal(false),
    message: z.string(),
    error_code: z.enum(codes),
    ...describeFacts(status),
    ...(failures.some(({ key }) => key) && {
      data: z
        .strictObject({ id: z.uuid(), key_name: z.string() })
        .optional()
        .meta({ description: "The key that the first request was about." }),
    }),
    ...(status >= 500 && { request_id: describeRequestId() }),
  });
}
