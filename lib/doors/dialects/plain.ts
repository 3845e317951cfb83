import { z } from "zod";
import { codesOf, type Dialect, describeRequestId, type FailureGroup } from "./dialect";

/** Routes outside the two seeds' APIs: the data itself, and `{error,code}`. */
export const plainDialect: Dialect = {
  success: ({ data = {} }) => data,
  failure: (error, requestId) => ({
    error: error.message,
    code: error.code,
    ...(error.status >= 500 && { request_id: requestId }),
  }),
  failureHeaders: ({ status }): Record<string, string> =>
    status === 401 ? { "WWW-Authenticate": 'Bearer realm="service"' } : {},
};

export function describePlainFailure({ status, failures }: FailureGroup): z.ZodType {
  return z.strictObject({
    error: z.string(),
    code: z.enum(codesOf(failures)),
    ...(status >= 500 && { request_id: describeRequestId() }),
  });
}
