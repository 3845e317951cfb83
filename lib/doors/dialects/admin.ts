import { z } from "zod";
import { type Dialect, describeRequestId, type FailureGroup, type Gate } from "./dialect";

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

export const adminGate: Gate = {
  dialect: adminDialect,
  methods: ["GET", "POST", "DELETE"],
  headers: ["Content-Type", "X-Admin-Secret"],
};

export function describeAdminSuccess<Shape extends z.ZodRawShape>(message: string | undefined, shape: Shape) {
  return z.strictObject({
    success: z.literal(true),
    ...(message !== undefined && { message: z.literal(message) }),
    ...shape,
  });
}

export function describeAdminFailure({ status }: FailureGroup): z.ZodType {
  return z.strictObject({
    success: z.literal(false),
    error: z.string(),
    ...(status >= 500 && { details: z.string().meta({ description: "Safe to show." }), request_id: describeRequestId() }),
  });
}
