import { createEndpoint, type Dialect } from "@/lib/doors/endpoint";

/** `/api/api-keys`: `{success,…}` with the fields beside it, and `{success,error}`; a 500 adds `details` (DataZag seed). */
export const adminDialect: Dialect = {
  success: ({ message, data }) => ({ success: true, ...(message !== undefined && { message }), ...(data as object) }),
  failure: (error, requestId) => ({
    success: false,
    error: error.message,
    ...(error.status >= 500 && {
      details: `${error.details ?? "An unexpected error occurred."} Request ${requestId}.`,
      request_id: requestId,
    }),
  }),
};

export const adminApi = createEndpoint(adminDialect);
