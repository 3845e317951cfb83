import { z } from "zod";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { plainDialect, usageDialect } from "@/lib/doors/dialects/plain";
import { identityDialect, userDialect } from "@/lib/doors/dialects/user";
import { type Dialect, methodNotAllowed } from "@/lib/doors/endpoint";
import { AppError, ERRORS, type ErrorCode } from "@/lib/errors";
import type { Answer, DialectName, Failure, Operation } from "./operation";

const REQUEST_ID = "80e93dde-d2f0-44e6-828f-62a658277869";

/** What any operation can answer. */
const COMMON: ErrorCode[] = ["METHOD_NOT_ALLOWED", "INTERNAL_ERROR"];

const REASONS: Record<number, string> = {
  400: "The request is malformed, or a field of it is wrong.",
  401: "The caller did not show who they are, or what they showed is not valid.",
  403: "Pages of this origin may not call it.",
  404: "There is no such thing, or it is somebody else’s.",
  405: "The path has no such method; `Allow` names those it has.",
  409: "It does not fit the state that things are in.",
  413: "The body is larger than this route reads.",
  415: "The body is of another type than JSON.",
  422: "It contradicts an earlier request.",
  429: "Too many attempts; `Retry-After` says when to try again.",
  500: "The server or its database failed, or a setting is missing. The request id leads to the log.",
};

/** The failures of an operation by status, with an example of each code as its dialect writes it. */
export function failureAnswers(operation: Operation, allowed: readonly string[]): Answer[] {
  const listed = [...operation.failures, ...COMMON].map((failure) => (typeof failure === "string" ? { code: failure } : failure));
  const statuses = [...new Set(listed.map(({ code }) => ERRORS[code].status))].sort((left, right) => left - right);
  return statuses.map((status) => {
    const failures = listed.filter(({ code }) => ERRORS[code].status === status);
    const dialect = dialectOf(operation.dialect, failures);
    return {
      status,
      description: REASONS[status] ?? "It failed.",
      schema: failureSchema(dialect, status, failures, fieldsOf(operation)),
      examples: Object.fromEntries(
        failures.map((failure, index) => [nameOf(failures, index), render(dialect, failure, allowed)]),
      ),
      headers: headersOf(dialect, status),
    };
  });
}

/** The names that a field map can hold. */
function fieldsOf({ body }: Operation): string[] {
  return body?.schema instanceof z.ZodObject ? [...Object.keys(body.schema.shape), "non_field_errors"] : [];
}

const DIALECTS: Record<DialectName, Dialect> = {
  user: userDialect,
  identity: identityDialect,
  admin: adminDialect,
  plain: plainDialect,
  usage: usageDialect,
  // Of the identity library's routes, what goes wrong before or after the library is written by ours.
  library: userDialect,
};

/** The gate writes for the whole prefix, as the user API does. */
function dialectOf(dialect: DialectName, failures: Failure[]): DialectName {
  return dialect === "identity" && failures.every(({ code }) => code === "ORIGIN_NOT_ALLOWED") ? "user" : dialect;
}

function render(dialect: DialectName, { code, ...extras }: Failure, allowed: readonly string[]): unknown {
  if (code === "METHOD_NOT_ALLOWED") {
    const other = allowed.includes("DELETE") ? "PUT" : "DELETE";
    return DIALECTS[dialect].failure(methodNotAllowed(other, allowed), REQUEST_ID);
  }
  return DIALECTS[dialect].failure(new AppError(code, extras), REQUEST_ID);
}

/** Codes name the examples; a code that stands twice is numbered. */
function nameOf(failures: Failure[], index: number): string {
  const code = failures[index]?.code ?? "";
  const before = failures.slice(0, index).filter((failure) => failure.code === code).length;
  return before === 0 ? code : `${code}_${before + 1}`;
}

function headersOf(dialect: DialectName, status: number): string[] {
  const challenges = dialect === "user" || dialect === "identity" || dialect === "plain";
  return [
    ...(status === 401 && challenges ? ["WWW-Authenticate"] : []),
    ...(status === 405 ? ["Allow"] : []),
    ...(status === 429 ? ["Retry-After"] : []),
  ];
}

const requestId = { request_id: z.uuid().meta({ description: "The `X-Request-Id` of the answer; the log repeats it." }) };

function failureSchema(dialect: DialectName, status: number, failures: Failure[], fields: string[]): z.ZodType {
  const codes = [...new Set(failures.map(({ code }) => code))];
  const ownId = status >= 500 ? requestId : {};
  switch (dialect) {
    case "user":
    case "library":
      return userFailure(status, codes, failures);
    case "identity":
      return identityFailure(status, failures, fields);
    case "admin":
      return z.strictObject({
        success: z.literal(false),
        error: z.string(),
        ...(status >= 500 && { details: z.string().meta({ description: "Safe to show." }), ...requestId }),
      });
    case "plain":
      return z.strictObject({ error: z.string(), code: z.enum(codes), ...ownId });
    case "usage":
      return z.strictObject({ error: z.string(), ...(status >= 500 && { request_id: requestId.request_id.optional() }) });
  }
}

function userFailure(status: number, codes: ErrorCode[], failures: Failure[]): z.ZodType {
  if (status === 401) {
    return z.strictObject({
      success: z.literal(false),
      message: z.string(),
      error_code: z.literal("NOT_AUTHENTICATED"),
      detail: z.string().meta({ description: "The message again." }),
      code: z.enum(codes.map((code) => code.toLowerCase())),
    });
  }
  const hasData = failures.some(({ data }) => data);
  return z.strictObject({
    success: z.literal(false),
    message: z.string(),
    error_code: z.enum(codes),
    ...(hasData && {
      data: z
        .strictObject({ id: z.uuid(), key_name: z.string() })
        .optional()
        .meta({ description: "The key that was made then." }),
    }),
    ...(status >= 500 && requestId),
  });
}

/** Wrong input is a map of field to sentences; the rest is `{detail,code}`. */
function identityFailure(status: number, failures: Failure[], fields: string[]): z.ZodType {
  if (failures.some(({ code }) => code === "NOT_AUTHENTICATED")) {
    return userFailure(
      status,
      failures.map(({ code }) => code),
      failures,
    );
  }
  const codes = failures.filter((failure) => !failure.fields).map(({ code }) => code);
  const words = codes.map((code) => (code === "REFRESH_TOKEN_NOT_VALID" ? "token_not_valid" : code.toLowerCase()));
  const plain = z.strictObject({ detail: z.string(), code: z.enum(words), ...(status >= 500 && requestId) });
  if (codes.length === failures.length) return plain;
  const map = z.strictObject(Object.fromEntries(fields.map((field) => [field, z.array(z.string()).min(1).optional()])));
  return z.union([map.meta({ minProperties: 1, description: "Sentences by field." }), plain]);
}
