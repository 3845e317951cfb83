import { createEndpoint, type Dialect } from "@/lib/doors/endpoint";

/** Routes outside the two seeds' APIs: the data itself, and `{error,code}`. */
export const plainDialect: Dialect = {
  success: ({ data = {} }) => data,
  failure: (error, requestId) => ({
    error: error.message,
    code: error.code,
    ...(error.status >= 500 && { request_id: requestId }),
  }),
};

export const plainApi = createEndpoint(plainDialect);

/** Usage reports: `{ok:true,…}` and `{error}`, as the DataZag Public API expects them. */
export const usageDialect: Dialect = {
  success: ({ data = {} }) => data,
  failure: (error, requestId) => ({
    error: error.message,
    ...(error.status >= 500 && error.code !== "USAGE_NOT_CONFIGURED" && { request_id: requestId }),
  }),
};

export const usageApi = createEndpoint(usageDialect);
