// The dialects of the gated APIs run in the edge middleware too: no Node.js APIs here.
import { z } from "zod";
import { allowHeader, type Method } from "@/lib/request/methods";
import { AppError, type ErrorCode } from "@/lib/values/errors";

/** What a handler answers with; how it is written on the wire is the dialect's business. */
export type Success = { status?: number; message?: string; data?: unknown; headers?: Record<string, string> };

/**
 * How one API writes. Everything that depends on it stands in its file: this, what the gate in front of it lets through,
 * and how the reference describes it. Schemas are made in functions, which the bundle of the middleware leaves out.
 */
export type Dialect = {
  success(result: Success): unknown;
  failure(error: AppError, requestId: string): unknown;
  /** Its callers have credentials of keys: one that stands in an address is refused. */
  refusesCredentialsInAddress?: true;
  /** Headers that belong to a failure in this dialect. */
  failureHeaders?(error: AppError): Record<string, string>;
};

/** What pages of other origins may send through it; its refusals are written in its dialect. */
export type Gate = { dialect: Dialect; methods: readonly Method[]; headers: readonly string[] };

/** A failure, where what the table of errors says of it is not what an operation answers. */
export type FailureCase = {
  code: ErrorCode;
  message?: string;
  /** Sentences by field, for a field map. */
  fields?: Record<string, string[]>;
  key?: AppError["key"];
  facts?: Record<string, unknown>;
  details?: string;
};

/** All failures that an operation answers with one status, and the names that its field map can hold. */
export type FailureGroup = { status: number; failures: FailureCase[]; fields: string[] };

export function codesOf(failures: FailureCase[]): ErrorCode[] {
  return [...new Set(failures.map(({ code }) => code))];
}

export function describeRequestId() {
  return z.uuid().meta({ description: "The `X-Request-Id` of the answer; the log repeats it." });
}

/** What every dialect says of a failure in fields of its own. */
export function describeFacts(status: number): { max_bytes?: z.ZodType } {
  return status === 413 ? { max_bytes: z.int().meta({ description: "The largest body that this route reads." }) } : {};
}

/** A method that this path does not have. */
export function methodNotAllowed(method: string, allowed: readonly string[]): AppError {
  return new AppError("METHOD_NOT_ALLOWED", {
    message: `Method ${method} is not allowed.`,
    headers: { Allow: allowHeader(allowed) },
  });
}

/** A method that no path behind the gate has: it cannot know which of the others this one has. */
export function methodUnknown({ methods }: Gate): AppError {
  return new AppError("METHOD_NOT_ALLOWED", { message: "This method is not allowed.", headers: { Allow: allowHeader(methods) } });
}
