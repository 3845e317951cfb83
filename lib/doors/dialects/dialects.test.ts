import { describe, expect, test } from "vitest";
import { AppError, ERRORS, type ErrorCode, toAppError } from "@/lib/values/errors";
import { adminDialect } from "./admin";
import { identityDialect } from "./identity";
import { plainDialect } from "./plain";
import { userDialect } from "./user";

const ID = "7f7f7f7f-0000-4000-8000-000000000000";
const codes = Object.keys(ERRORS) as ErrorCode[];
const FORBIDDEN = /unauthorized|authentication|permission denied|token expired|not authenticated/i;

const detailed = (message: string, code: string) => ({ message, detail: message, code });

/** One body in the words of both dialects: users' clients may read it either way. */
const TOKEN_REFUSED = {
  success: false,
  message: "Token is invalid or expired",
  error_code: "NOT_AUTHENTICATED",
  detail: "Token is invalid or expired",
  code: "token_not_valid",
};

describe("The user API's dialect", () => {
  test("wraps data", () => {
    expect(userDialect.success({ message: "Done", data: { a: 1 } })).toStrictEqual({
      success: true,
      message: "Done",
      data: { a: 1 },
    });
    expect(userDialect.success({})).toStrictEqual({ success: true, message: "OK", data: null });
  });

  test.each<[AppError, unknown, Record<string, string>]>([
    [new AppError("MISSING_KEY_NAME"), { success: false, message: "Key name is required", error_code: "MISSING_KEY_NAME" }, {}],
    [new AppError("API_KEY_NOT_FOUND"), { success: false, message: "API key not found", error_code: "API_KEY_NOT_FOUND" }, {}],
    [
      new AppError("NOT_AUTHENTICATED"),
      {
        success: false,
        message: "Authentication credentials were not provided.",
        error_code: "NOT_AUTHENTICATED",
        detail: "Authentication credentials were not provided.",
        code: "not_authenticated",
      },
      { "WWW-Authenticate": 'Bearer realm="api"' },
    ],
    [new AppError("TOKEN_NOT_VALID"), TOKEN_REFUSED, { "WWW-Authenticate": 'Bearer realm="api", error="invalid_token"' }],
    [
      new AppError("INTERNAL_ERROR", { details: "for the log", cause: new Error("for the log") }),
      { success: false, message: "Internal server error", error_code: "INTERNAL_ERROR", request_id: ID },
      {},
    ],
  ])("writes %s", (error, body, headers) => {
    expect(userDialect.failure(error, ID)).toStrictEqual(body);
    expect(userDialect.failureHeaders?.(error)).toStrictEqual(headers);
  });

  test("names the key of a request that is repeated, as the admin API's does with its own id", () => {
    const error = new AppError("IDEMPOTENCY_KEY_USED", { key: { id: 7, uuid: "x", name: "Mine" } });
    const { message } = ERRORS.IDEMPOTENCY_KEY_USED;
    expect(adminDialect.failure(error, ID)).toStrictEqual({ success: false, error: message, key: { id: 7, name: "Mine" } });
    expect(userDialect.failure(error, ID)).toStrictEqual({
      success: false,
      message,
      error_code: "IDEMPOTENCY_KEY_USED",
      data: { id: "x", key_name: "Mine" },
    });
  });
});

describe("The admin API's dialect", () => {
  test("puts the fields beside success", () => {
    expect(adminDialect.success({ message: "Done", data: { key: 1 } })).toStrictEqual({ success: true, message: "Done", key: 1 });
    expect(adminDialect.success({ data: { keys: [] } })).toStrictEqual({ success: true, keys: [] });
  });

  test.each<[AppError, unknown]>([
    [new AppError("INVALID_ADMIN_SECRET"), { success: false, error: "Unauthorized - Invalid admin secret" }],
    [new AppError("USER_NOT_FOUND"), { success: false, error: "User not found" }],
    [
      new AppError("INVALID_INPUT", { message: "userId is required", fields: {} }),
      { success: false, error: "userId is required" },
    ],
    [
      new AppError("NOT_CONFIGURED", { details: "ADMIN_API_SECRET is not set." }),
      { success: false, error: "Internal server error", details: `ADMIN_API_SECRET is not set. Request ${ID}.`, request_id: ID },
    ],
    [
      new AppError("INTERNAL_ERROR"),
      { success: false, error: "Internal server error", details: `An unexpected error occurred. Request ${ID}.`, request_id: ID },
    ],
  ])("writes %s", (error, body) => {
    expect(adminDialect.failure(error, ID)).toStrictEqual(body);
  });
});

describe("The identity routes' dialect", () => {
  test("is the data itself", () => {
    expect(identityDialect.success({ message: "not shown", data: { a: 1 } })).toStrictEqual({ a: 1 });
  });

  test.each<[AppError, unknown]>([
    [new AppError("INVALID_INPUT", { fields: { email: ["This field is required."] } }), { email: ["This field is required."] }],
    [
      new AppError("INVALID_CREDENTIALS", { fields: { non_field_errors: ["A.", "B."] } }),
      { non_field_errors: ["A.", "B."], message: "A. B." },
    ],
    [
      new AppError("INVALID_INPUT", { fields: { non_field_errors: ["A."], email: ["B."] } }),
      { non_field_errors: ["A."], email: ["B."] },
    ],
    [new AppError("INVALID_JSON"), detailed(ERRORS.INVALID_JSON.message, "invalid_json")],
    [new AppError("REFRESH_TOKEN_NOT_VALID"), detailed("Token is invalid or expired", "token_not_valid")],
    [new AppError("TOO_MANY_REQUESTS"), detailed(ERRORS.TOO_MANY_REQUESTS.message, "too_many_requests")],
    [new AppError("TOKEN_NOT_VALID"), TOKEN_REFUSED],
    [
      new AppError("TEMPORARILY_UNAVAILABLE"),
      { ...detailed(ERRORS.TEMPORARILY_UNAVAILABLE.message, "temporarily_unavailable"), request_id: ID },
    ],
  ])("writes %s", (error, body) => {
    expect(identityDialect.failure(error, ID)).toStrictEqual(body);
  });
});

describe("The plain dialect", () => {
  test("is the data, or error and code", () => {
    expect(plainDialect.success({ data: { a: 1 } })).toStrictEqual({ a: 1 });
    expect(plainDialect.success({})).toStrictEqual({});
    expect(plainDialect.failure(new AppError("NOT_FOUND"), ID)).toStrictEqual({ error: "Not found", code: "NOT_FOUND" });
    expect(plainDialect.failure(new AppError("INTERNAL_ERROR"), ID)).toStrictEqual({
      error: "Internal server error",
      code: "INTERNAL_ERROR",
      request_id: ID,
    });
  });
});

describe("Every dialect", () => {
  test.each(codes)("keeps the words of authentication errors to those: %s", (code) => {
    const error = new AppError(code);
    for (const dialect of [userDialect, adminDialect, identityDialect, plainDialect]) {
      const text = JSON.stringify(dialect.failure(error, ID));
      if (error.status !== 401) expect(text).not.toMatch(FORBIDDEN);
      expect(text.includes(ID)).toBe(error.status >= 500);
    }
  });

  test("tells nothing of an unforeseen error", () => {
    const inner = Object.assign(new Error("SELECT secret FROM users"), { code: "XX000" });
    for (const thrown of [inner, "text", null, undefined, { message: "SELECT" }]) {
      const error = toAppError(thrown);
      expect(error.code).toBe("INTERNAL_ERROR");
      for (const dialect of [userDialect, adminDialect, identityDialect, plainDialect])
        expect(JSON.stringify(dialect.failure(error, ID))).not.toContain("SELECT");
    }
  });

  test.each([
    ["ECONNREFUSED", "1"],
    ["57P01", "1"],
    ["08006", "1"],
    ["53300", "1"],
    ["25P03", "1"],
    ["P1001", "1"],
    ["57014", "1"],
    ["P2028", "1"],
    ["55P03", "5"],
    ["40P01", "5"],
    ["P2034", "5"],
    ["25006", "5"],
    ["53100", "5"],
  ])("knows %s as something that may succeed when it is tried again", (code, after) => {
    const inner = Object.assign(new Error("driver text"), { code });
    for (const thrown of [inner, new Error("outer", { cause: inner })]) {
      expect(toAppError(thrown)).toMatchObject({
        code: "TEMPORARILY_UNAVAILABLE",
        status: 503,
        headers: { "Retry-After": after },
      });
    }
  });
});
