import { z } from "zod";
import { adminDialect, describeAdminFailure } from "@/lib/doors/dialects/admin";
import { type Dialect, type FailureCase, type FailureGroup, methodNotAllowed } from "@/lib/doors/dialects/dialect";
import { describeIdentityFailure, identityDialect } from "@/lib/doors/dialects/identity";
import { describePlainFailure, plainDialect } from "@/lib/doors/dialects/plain";
import { describeUsageFailure, usageDialect } from "@/lib/doors/dialects/usage";
import { describeUserFailure, userDialect } from "@/lib/doors/dialects/user";
import { AppError, ERRORS, type ErrorCode } from "@/lib/values/errors";
import type { Answer, DialectName, Operation } from "./operation";

const REQUEST_ID = "80e93dde-d2f0-44e6-828f-62a658277869";

/** What any operation can answer. */
const COMMON: ErrorCode[] = ["METHOD_NOT_ALLOWED", "INTERNAL_ERROR", "NOT_CONFIGURED"];

const REASONS: Record<number, string> = {
  400: "The request is malformed, or a field of it is wrong.",
  401: "The caller did not show who they are, or what they showed is not valid.",
  403: "Pages of this origin may not call it, or the account may not do it yet.",
  404: "There is no such thing, or it is somebody else’s.",
  405: "The path has no such method; `Allow` names those it has.",
  409: "It does not fit the state that things are in.",
  413: "The body is larger than this route reads.",
  415: "The body is encoded, or of another type than JSON.",
  422: "It contradicts an earlier request.",
  429: "Too many attempts, or changes; `Retry-After` says when to try again.",
  500: "The server failed, or a setting is missing. The request id leads to the log.",
  503: "The database could not be had in time, or a lock; `Retry-After` says when to try again. Nothing is half done.",
};

/** The failures of an operation by status, with an example of each code as its dialect writes it. */
export function failureAnswers(operation: Operation, allowed: readonly string[]): Answer[] {
  const { dialect, describeFailure } = DIALECTS[operation.dialect];
  const inAddress: ErrorCode[] = dialect.refusesCredentialsInAddress ? ["CREDENTIAL_IN_ADDRESS"] : [];
  const own = operation.failures.map((failure) => (typeof failure === "string" ? { code: failure } : failure));
  const common = [...inAddress, ...COMMON].filter((code) => !own.some((failure) => failure.code === code));
  const listed = [...own, ...common.map((code): FailureCase => ({ code }))];
  const statuses = [...new Set(listed.map(({ code }) => ERRORS[code].status))].sort((left, right) => left - right);
  return statuses.map((status) => {
    const failures = listed.filter(({ code }) => ERRORS[code].status === status);
    const group = { status, failures, fields: fieldsOf(operation) };
    return {
      status,
      description: REASONS[status] ?? "It failed.",
      schema: describeFailure(group),
      examples: Object.fromEntries(
        failures.map((failure, index) => [nameOf(failures, index), render(dialect, failure, allowed)]),
      ),
      headers: headersOf(dialect, group),
    };
  });
}

/** The names that a field map can hold. */
function fieldsOf({ body }: Operation): string[] {
  return body?.schema instanceof z.ZodObject ? [...Object.keys(body.schema.shape), "non_field_errors"] : [];
}

const DIALECTS: Record<DialectName, { dialect: Dialect; describeFailure: (group: FailureGroup) => z.ZodType }> = {
  user: { dialect: userDialect, describeFailure: describeUserFailure },
  identity: { dialect: identityDialect, describeFailure: describeIdentityFailure },
  admin: { dialect: adminDialect, describeFailure: describeAdminFailure },
  plain: { dialect: plainDialect, describeFailure: describePlainFailure },
  usage: { dialect: usageDialect, describeFailure: describeUsageFailure },
  // Of the identity library's routes, what goes wrong before or after the library is written by ours.
  library: { dialect: userDialect, describeFailure: describeUserFailure },
};

function render(dialect: Dialect, { code, ...extras }: FailureCase, allowed: readonly string[]): unknown {
  if (code === "METHOD_NOT_ALLOWED") {
    const other = allowed.includes("DELETE") ? "PUT" : "DELETE";
    return dialect.failure(methodNotAllowed(other, allowed), REQUEST_ID);
  }
  return dialect.failure(new AppError(code, extras), REQUEST_ID);
}

/** Codes name the examples; a code that stands twice is numbered. */
function nameOf(failures: FailureCase[], index: number): string {
  const code = failures[index]?.code ?? "";
  const before = failures.slice(0, index).filter((failure) => failure.code === code).length;
  return before === 0 ? code : `${code}_${before + 1}`;
}

function headersOf(dialect: Dialect, { status, failures }: FailureGroup): string[] {
  const own = failures.flatMap(({ code }) => Object.keys(dialect.failureHeaders?.(new AppError(code)) ?? {}));
  return [...new Set(own), ...(status === 405 ? ["Allow"] : []), ...(status === 429 || status === 503 ? ["Retry-After"] : [])];
}
