import { z } from "zod";
import { type Dialect, describeFacts, describeRequestId, type FailureGroup } from "./dialect";

/** Usage reports: `{ok:true,…}` and `{error}`, as the DataZag Public API expects them. */
export const usageDialect: Dialect = {
  success: ({ data = {} }) => data,
  refusesCredentialsInAddress: true,
  failure: (error, requestId) => ({
    error: error.message,
    ...error.facts,
    ...(error.status >= 500 && error.code !== "USAGE_NOT_CONFIGURED" && { request_id: requestId }),
  }),
};

export function describeUsageFailure({ status }: FailureGroup): z.ZodType {
  return z.strictObject({
    error: z.string(),
    ...describeFacts(status),
    ...(status >= 500 && { request_id: describeRequestId().optional() }),
  });
}
