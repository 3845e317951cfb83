import { PASSWORD_NEEDED } from "./fresh";

/** Every failure a caller can be told about, with its default sentence. Each wire dialect renders the same codes. */
export const ERRORS = {
  INVALID_JSON: { status: 400, message: "The request body is not a valid JSON object." },
  INVALID_USAGE_JSON: { status: 400, message: "Invalid JSON" },
  INVALID_INPUT: { status: 400, message: "The request is not valid." },
  UNKNOWN_FIELD: { status: 400, message: "The request has a field that is not known here." },
  MISSING_KEY_NAME: { status: 400, message: "Key name is required" },
  INVALID_KEY_NAME: {
    status: 400,
    message: "Key name must be 1 to 100 characters with something to see, and none that control or turn text",
  },
  INVALID_PERMISSIONS: {
    status: 400,
    message: "Permissions must be a list of strings, or an object of resource to list of strings, of at most 4 KiB",
  },
  INVALID_EXPIRES_AT: { status: 400, message: "expires_at must be an ISO 8601 date and time, such as 2030-12-31T23:59:59Z" },
  NOT_NARROWER: { status: 400, message: "A key can lose permissions and end earlier, never get more or end later" },
  INVALID_NOTE: { status: 400, message: "note must be text of at most 500 characters" },
  INVALID_GRACE_SECONDS: { status: 400, message: "grace_seconds must be a whole number from 0 to 604800" },
  CREDENTIAL_IN_ADDRESS: {
    status: 400,
    message: "Send credentials in a header or the body, never in an address: addresses are logged",
  },
  INVALID_IDEMPOTENCY_KEY: { status: 400, message: "Idempotency-Key must be 1 to 255 printable ASCII characters" },
  INVALID_KEY_ID: { status: 400, message: "Invalid API key ID" },
  EMAIL_TAKEN: { status: 400, message: "user with this email already exists." },
  LINK_NOT_VALID: {
    status: 400,
    message: "This link no longer works: it expired, was used, or a newer one took its place. Ask for a new one.",
  },
  WRONG_PASSWORD: { status: 400, message: "Old password is incorrect." },
  PASSWORD_NOT_CONFIRMED: { status: 400, message: "This is not your password." },
  INVALID_CREDENTIALS: { status: 400, message: "Invalid credentials." },
  NOT_AUTHENTICATED: { status: 401, message: "Authentication credentials were not provided." },
  TOKEN_NOT_VALID: { status: 401, message: "Token is invalid or expired" },
  REFRESH_TOKEN_NOT_VALID: { status: 401, message: "Token is invalid or expired" },
  INVALID_ADMIN_SECRET: { status: 401, message: "Unauthorized - Invalid admin secret" },
  INVALID_SERVICE_SECRET: { status: 401, message: "Unauthorized - Invalid service secret" },
  INVALID_API_KEY: { status: 401, message: "Unauthorized - Invalid API key" },
  INVALID_SIGNATURE: { status: 401, message: "Invalid signature" },
  CONFIRMATION_REQUIRED: { status: 403, message: PASSWORD_NEEDED },
  EMAIL_NOT_CONFIRMED: {
    status: 403,
    message: "Confirm your e-mail address first: a link was mailed to it, and the settings have a new one.",
  },
  SELF_ROTATION_OFF: { status: 403, message: "The owner of this API key has not allowed it to replace its own credentials" },
  MISSING_SCOPE: { status: 403, message: "This service lacks the scope" },
  NETWORK_NOT_ALLOWED: { status: 403, message: "This service may not call from this network" },
  OWNER_NOT_ALLOWED: { status: 403, message: "This service may not report usage of this owner" },
  SERVE_NOT_ALLOWED: { status: 403, message: "This service may not serve from what is stale" },
  SERVICE_BOUND: { status: 403, message: "This service may not report so many credits" },
  ORIGIN_NOT_ALLOWED: { status: 403, message: "Origin not allowed" },
  NOT_FOUND: { status: 404, message: "Not found" },
  USER_NOT_FOUND: { status: 404, message: "User not found" },
  API_KEY_NOT_FOUND: { status: 404, message: "API key not found" },
  SESSION_NOT_FOUND: { status: 404, message: "This session does not exist, or has ended. Open another one." },
  PAGE_NOT_FOUND: { status: 404, message: "There is no such page any more. Open another session." },
  CHANGE_NOT_FOUND: { status: 404, message: "There is no such change, or it is too long ago." },
  SERVICE_NOT_FOUND: { status: 404, message: "This service does not exist, or was revoked." },
  UNKNOWN_API_KEY: { status: 404, message: "Unknown API key" },
  METHOD_NOT_ALLOWED: { status: 405, message: "Method not allowed" },
  API_KEY_REVOKED: { status: 409, message: "This API key is revoked; create a new one instead" },
  API_KEY_EXPIRED: { status: 409, message: "This API key has expired; give expires_at for the new credentials" },
  KEY_LIMIT_REACHED: { status: 409, message: "No more usable keys are allowed. Revoke or disable one first." },
  KEY_NOT_DELETED: { status: 409, message: "API key is not deleted" },
  API_KEY_DISABLED: { status: 409, message: "This API key is disabled for now" },
  CREDENTIAL_REPLACED: { status: 409, message: "This credential was replaced; use the new one" },
  ENDED_BY_STAFF: { status: 409, message: "Staff ended or disabled this API key; only they can bring it back" },
  API_KEY_LEAKED: { status: 409, message: "This API key was found in public and stays off; create a new one instead" },
  AMBIGUOUS_USER_ID: { status: 409, message: "Ambiguous user id" },
  USER_EXISTS: { status: 409, message: "User already exists" },
  CONFLICT: { status: 409, message: "This was changed meanwhile. Look again, then decide." },
  OTHER_ACCOUNT: { status: 409, message: "This page was made for another account than the one that is signed in now." },
  LAST_ADMIN: { status: 409, message: "This is the last administrator. Make somebody else one first." },
  OWN_ROLE: { status: 409, message: "Nobody changes their own role. Ask another administrator." },
  INSUFFICIENT_CREDITS: { status: 409, message: "The balance must not fall below zero." },
  IDEMPOTENCY_KEY_USED: {
    status: 409,
    message:
      "This Idempotency-Key was used before, and nothing was done again. Credentials are shown once; regenerate the key to get new ones",
  },
  IDEMPOTENCY_KEY_MISMATCH: { status: 422, message: "This Idempotency-Key was used before with a different request" },
  REFERENCE_MISMATCH: { status: 422, message: "This reference was used before with a different request" },
  BODY_TOO_LARGE: { status: 413, message: "The request body is too large" },
  UNSUPPORTED_ENCODING: { status: 415, message: "Send the request body as it is, without Content-Encoding" },
  TOO_MANY_REQUESTS: { status: 429, message: "Too many attempts. Please try again later." },
  USAGE_NOT_CONFIGURED: { status: 500, message: "Server not configured" },
  NOT_CONFIGURED: { status: 500, message: "Internal server error" },
  TEMPORARILY_UNAVAILABLE: { status: 503, message: "Temporarily unavailable. Try again shortly." },
  FEED_NOT_CONFIGURED: { status: 503, message: "The feed is not set up here" },
  INTERNAL_ERROR: { status: 500, message: "Internal server error" },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

type Extras = {
  message?: string;
  /** Sentences per input field, for forms and field maps; `non_field_errors` holds those of no single field. */
  fields?: Record<string, string[]>;
  /** The key that an earlier request made or changed, for whoever repeats it. */
  key?: { id: number; uuid: string; name: string };
  /** What every dialect says in fields of its own. */
  facts?: Record<string, unknown>;
  /** For 5xx: what an operator should look at. Never a value, SQL or driver text. */
  details?: string;
  headers?: Record<string, string>;
  cause?: unknown;
};

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly fields: Extras["fields"];
  readonly key: Extras["key"];
  readonly facts: Extras["facts"];
  readonly details: Extras["details"];
  readonly headers: Extras["headers"];

  constructor(code: ErrorCode, extras: Extras = {}) {
    super(extras.message ?? ERRORS[code].message, { cause: extras.cause });
    this.name = "AppError";
    this.code = code;
    this.status = ERRORS[code].status;
    this.fields = extras.fields;
    this.key = extras.key;
    this.facts = extras.facts;
    this.details = extras.details;
    this.headers = extras.headers;
  }
}

/** Settings that are missing or wrong. */
export class EnvError extends Error {
  /** @param problems a sentence for each, such as "PORT is not set", with no value in it */
  constructor(readonly problems: readonly string[]) {
    super(["These settings need attention (see .env.example):", ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.name = "EnvError";
  }
}

/** What a caller may learn of any thrown value: our own errors as they are, everything else as one fixed sentence. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof EnvError)
    return new AppError("NOT_CONFIGURED", { details: `${error.problems.join(". ")}.`, cause: error });
  if (isLockTimeout(error)) {
    return unavailable(5, {
      message: "This is being changed by somebody else just now. Nothing was done; try again.",
      details: "A lock was not to be had in time.",
      cause: error,
    });
  }
  if (isDatabaseUnavailable(error)) return unavailable(1, { details: "The database could not be reached.", cause: error });
  if (isRequestTimeout(error)) return unavailable(5, { details: "The request took too long.", cause: error });
  if (isTooBusy(error)) return unavailable(2, { details: "Too many passwords wait to be checked.", cause: error });
  if (isTooSlow(error)) return unavailable(1, { details: "The database took too long.", cause: error });
  const refusal = writeRefusal(error);
  if (refusal) return unavailable(5, { details: `The database takes no changes: ${refusal}.`, cause: error });
  return new AppError("INTERNAL_ERROR", { details: "An unexpected error occurred.", cause: error });
}

/** What may succeed when it is tried again after so many seconds. */
export function unavailable(retryAfter: number, extras: Omit<Extras, "headers"> = {}): AppError {
  return new AppError("TEMPORARILY_UNAVAILABLE", { ...extras, headers: { "Retry-After": String(retryAfter) } });
}

/** Connection failures, from `pg` (system and SQLSTATE codes), its pool, and Prisma's adapter. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, message }) =>
      /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOSTUNREACH|57P0|08|53300|25P03|25P04|P1001|P1002|P1008|P1017|P2024)/.test(code) ||
      /connection terminated|timeout exceeded when trying to connect|timeout expired|can't reach database|server has closed the connection|not queryable|received invalid response|ConnectionClosed|DatabaseNotReachable/i.test(
        message,
      ),
  );
}

/** The server answers, and refuses the user or the password, or has no database of that name. */
export function isDatabaseRefused(error: unknown): boolean {
  return causesOf(error).some(({ code }) => ["28P01", "28000", "3D000", "P1000", "P1003"].includes(code));
}

/** A table or a column is not there. */
export function isUnmigrated(error: unknown): boolean {
  return causesOf(error).some(({ code }) => ["42P01", "42703", "P2021", "P2022"].includes(code));
}

/** A lock that was not to be had within `lock_timeout`, or at all: of two that wait for one another the database ends one. */
export function isLockTimeout(error: unknown): boolean {
  return causesOf(error).some(({ code }) => ["55P03", "40P01", "P2034"].includes(code));
}

/** A statement, a transaction or a request that exceeded its bound: the database's, the driver's, Prisma's or our own. */
export function isTooSlow(error: unknown): boolean {
  return causesOf(error).some(({ code, message }) => code === "57014" || code === "P2028" || isReadTimeout(message));
}

/** Of a request that has had its time. Not an `AppError`: whoever catches it may know another copy of that class. */
export function requestTimeout(): Error {
  return Object.assign(new Error("Request timeout"), { code: "REQUEST_TIMEOUT" });
}

function isRequestTimeout(error: unknown): boolean {
  return causesOf(error).some(({ code }) => code === "REQUEST_TIMEOUT");
}

/** More work of one kind at once than is taken on. Not an `AppError`, for the same reason. */
export function tooBusy(): Error {
  return Object.assign(new Error("Too busy"), { code: "TOO_BUSY" });
}

function isTooBusy(error: unknown): boolean {
  return causesOf(error).some(({ code }) => code === "TOO_BUSY");
}

/** The driver's bound of a statement: nothing is known of what became of it, nor of the connection. */
export function isReadTimeout(message: string): boolean {
  return message.includes("Query read timeout");
}

const WRITE_REFUSALS = { "25006": "read-only", "53100": "disk full", "53300": "out of connections" } as const;

/** Why the database takes no changes, whatever they are; null when that is not why something failed. */
export function writeRefusal(error: unknown): (typeof WRITE_REFUSALS)[keyof typeof WRITE_REFUSALS] | null {
  const refused = causesOf(error).find(({ code }) => Object.hasOwn(WRITE_REFUSALS, code));
  return refused ? WRITE_REFUSALS[refused.code as keyof typeof WRITE_REFUSALS] : null;
}

/** What a log may say of a thrown value. Its message may quote whatever a client sent. */
export function causeOf(error: unknown): { cause: string; cause_code?: string } {
  if (!(error instanceof Error)) return { cause: "unknown" };
  return { cause: error.name, ...("code" in error && { cause_code: String(error.code) }) };
}

/** Where it was thrown: unlike its message, places cannot quote anything. */
export function framesOf(error: unknown): string | undefined {
  const lines = error instanceof Error ? error.stack?.split("\n") : undefined;
  return lines
    ?.filter((line) => line.trimStart().startsWith("at "))
    .slice(0, 8)
    .join("\n");
}

type Cause = { code: string; message: string };

/** A thrown value and what it wraps, also where Prisma and WebSockets keep the driver's error. */
function causesOf(error: unknown, depth = 0): Cause[] {
  if (typeof error !== "object" || error === null || depth > 6) return [];
  const {
    code,
    originalCode,
    message,
    kind,
    cause,
    meta,
    driverAdapterError,
    error: event,
    errors,
  } = error as Record<string, unknown>;
  const own = { code: String(originalCode ?? code ?? ""), message: `${message ?? ""} ${kind ?? ""}` };
  const wrapped = [cause, meta, driverAdapterError, event, ...(Array.isArray(errors) ? errors : [])];
  return [own, ...wrapped.flatMap((inner) => causesOf(inner, depth + 1))];
}
