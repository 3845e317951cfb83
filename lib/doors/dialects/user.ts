import { createEndpoint, type Dialect } from "@/lib/doors/endpoint";
import type { AppError } from "@/lib/errors";

/** `/api/auth/keys…`, settings, usage: `{success,message,data}` and `{success,message,error_code}` (Mifumo seed). */
export const userDialect: Dialect = {
  success: ({ message = "OK", data = null }) => ({ success: true, message, data }),
  failure: (error, requestId) => ({
    success: false,
    message: error.message,
    ...(error.status === 401
      ? { error_code: "NOT_AUTHENTICATED", detail: error.message, code: error.code.toLowerCase() }
      : { error_code: error.code }),
    ...(error.data && { data: error.data }),
    ...(error.status >= 500 && { request_id: requestId }),
  }),
  failureHeaders: bearerChallenge,
};

/**
 * Identity routes. Success bodies are flat, without `success`: existing clients would then look only at `data`.
 * Wrong input is a map of field to sentences; anything else `{detail,code}`.
 */
export const identityDialect: Dialect = {
  success: ({ data = {} }) => data,
  failure: (error, requestId) => {
    if (error.fields) return error.fields;
    if (error.code === "REFRESH_TOKEN_NOT_VALID") return { detail: error.message, code: "token_not_valid" };
    if (error.status === 401) return userDialect.failure(error, requestId);
    return { detail: error.message, code: error.code.toLowerCase(), ...(error.status >= 500 && { request_id: requestId }) };
  },
  failureHeaders: bearerChallenge,
};

export const userApi = createEndpoint(userDialect);
export const identityApi = createEndpoint(identityDialect);

/** RFC 6750 section 3: no error code when no credentials were sent. */
function bearerChallenge(error: AppError): Record<string, string> {
  if (error.status !== 401) return {};
  const suffix = error.code === "TOKEN_NOT_VALID" ? ', error="invalid_token"' : "";
  return { "WWW-Authenticate": `Bearer realm="api"${suffix}` };
}
