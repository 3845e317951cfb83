import { z } from "zod";
import { type Dialect, describeFacts, describeRequestId, type FailureGroup, type Gate } from "./dialect";

/** `/api/api-keys`: `{success,…}` with the fields beside it, and `{success,error}`; a 500 adds `details` (DataZag seed). */
export const adminDialect: Dialect = {
  success: ({ message, data }) => ({ success: true, ...(message !== undefined && { message }), ...(data as object) }),
  failure: (error, requestId) => ({
    success: false,
    error: error.message,
    ...(error.key && { key: { id: error.key.id, name: error.key.name } }),
    ...error.facts,
    ...(error.status >= 500 && {
      details: `${error.details ?? "An unexpected error occurred."} Request ${requestId}.`,
      request_id: requestId,
    }),
  }),
};

export const adminGate: Gate = {
  dialect: adminDialect,
  methods: ["GET", "POST", "DELETE"],
  headers: ["Content-Type", "X-Admin-Secret", "Idempotency-Key"],
};

export function describeAdminSuccess<Shape extends z.ZodRawShape>(message: string | undefined, shape: Shape) {
  return z.strictObject({
    success: z.literal(true),
    ...(message !== undefined && { message: z.literal(message) }),
    ...shape,
  });
}

export function describeAdminFailure({ status, failures }: FailureGroup): z.ZodType {
  return z.strictObject({
    success: z.literal(false),
    error: z.string(),
    ...(failures.some(({ key }) => key) && {
      key: z
        .strictObject({ id: z.int(), name: z.string() })
        .optional()
        .meta({ description: "The key that the first request was about." }),
    }),
    ...(failures.some(({ facts }) => facts?.user) && {
      user: z.strictObject({ id: z.uuid() }).optional().meta({ description: "Who has the address, or the id elsewhere." }),
    }),
    ...describeFacts(status),
    ...(status >= 500 && { details: z.string().meta({ description: "Safe to show." }), request_id: describeRequestId() }),
  });
}
