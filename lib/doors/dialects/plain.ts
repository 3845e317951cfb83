import { z } from "zod";
import { codesOf, type Dialect, describeFacts, describeRequestId, type FailureGroup } from "./dialect";

/** Routes outside the two seeds' APIs: the data itself, and `{error,code}`. */
export const plainDialect: Dialect = {
  success: ({ data = {} }) => data,
  refusesCredentialsInAddress: true,
  failure: (error, requestId) => ({
    error: error.message,
    code: error.code,
    ...error.facts,
    ...(error.status >= 500 && { request_id: requestId }),
  }),
  failureHeaders: ({ status, code }): Record<string, string> =>
    status === 401 ? { "WWW-Authenticate": `Bearer realm="${code === "INVALID_API_KEY" ? "key" : "service"}"` } : {},
};

export function describePlainFailure({ status, failures }: FailureGroup): z.ZodType {
  return z.strictObject({
    error: z.string(),
    code: z.enum(codesOf(failures)),
    ...describeFacts(status),
    ...(status >= 500 && { request_id: describeRequestId() }),
  });
}
