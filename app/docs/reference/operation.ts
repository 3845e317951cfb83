import type { Scope } from "@latchkey/rule/services";
import { z } from "zod";
import { adminDialect, describeAdminSuccess } from "@/lib/doors/dialects/admin";
import type { FailureCase } from "@/lib/doors/dialects/dialect";
import { describeUserSuccess, userDialect } from "@/lib/doors/dialects/user";
import { MAX_BODY_BYTES } from "@/lib/doors/read-json";
import type { Method } from "@/lib/request/methods";
import type { ErrorCode } from "@/lib/values/errors";

/** How a caller shows who they are. */
export type Caller = "accessToken" | "sessionCookie" | "service" | "adminSecret" | "serviceSecret" | "apiKey" | "usageSignature";

export type DialectName = "user" | "identity" | "admin" | "plain" | "usage" | "library";

export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: z.ZodType;
  description: string;
  example?: string | number;
};

export type Body = { schema: z.ZodType; required: boolean; examples: Record<string, unknown> };

export type Answer = {
  status: number;
  description: string;
  schema: z.ZodType;
  examples: Record<string, unknown>;
  /** Names of `components.headers`. */
  headers?: string[];
  /** Where it is not JSON. */
  mediaType?: string;
};

export type Operation = {
  id: string;
  method: Method;
  /** With `{id}` for what is filled in. */
  path: string;
  /** The same operation at another address. */
  alsoAt?: string;
  summary: string;
  description?: string;
  dialect: DialectName;
  /** Any one of them; none when it is open to anyone. */
  callers: Caller[];
  /** What a service needs for it. */
  scope?: Scope;
  /** Whether it also answers without any of them. */
  isOpen?: true;
  parameters?: Parameter[];
  body?: Body;
  answers: Answer[];
  failures: (ErrorCode | FailureCase)[];
  /** Ends, replaces or deletes something: what, as the end of a sentence. */
  ends?: string;
};

export type Group = { slug: string; name: string; caller: string; about: string; operations: Operation[] };

/** What an operation answers to a service that may not do this. */
export function serviceRefusals(scope: Scope): FailureCase[] {
  return [{ code: "MISSING_SCOPE", message: `This service lacks the scope ${scope}` }, { code: "NETWORK_NOT_ALLOWED" }];
}

/** A body or an answer whose examples are checked against its schema by the compiler. */
export function answer<Schema extends z.ZodType>(
  status: number,
  description: string,
  schema: Schema,
  examples: Record<string, z.input<Schema>>,
): Answer {
  return { status, description, schema, examples };
}

export function body<Schema extends z.ZodType>(
  schema: Schema,
  examples: Record<string, z.input<Schema>>,
  { required = true }: { required?: boolean } = {},
): Body {
  return { schema, required, examples };
}

/** `{success,message,data}`. */
export function userAnswer<Schema extends z.ZodType>(
  status: number,
  message: string,
  data: Schema,
  examples: Record<string, z.input<Schema>>,
): Answer {
  const schema = describeUserSuccess(message, data);
  const rendered = Object.entries(examples).map(([name, example]) => [name, userDialect.success({ message, data: example })]);
  return { status, description: message, schema, examples: Object.fromEntries(rendered) };
}

/** `{success,message?,…}`. */
export function adminAnswer<Shape extends z.ZodRawShape>(
  status: number,
  { message, description }: { message?: string; description: string },
  shape: Shape,
  example: z.input<z.ZodObject<Shape>>,
): Answer {
  const schema = describeAdminSuccess(message, shape);
  return { status, description, schema, examples: { success: adminDialect.success({ message, data: example }) } };
}

/** A refusal of the identity library, whose shape is its own. */
export function libraryRefusal(status: number, messages: Record<string, string>): Answer {
  const schema = z.strictObject({ message: z.string(), code: z.enum(Object.keys(messages)) });
  const examples = Object.entries(messages).map(([code, message]) => [code, { message, code }]);
  return { status, description: "The identity library refuses.", schema, examples: Object.fromEntries(examples) };
}

/** What every route behind the user API's gate can answer; those who call it show a token or a cookie. */
export const USER_CALLERS: Caller[] = ["accessToken", "sessionCookie"];
export const USER_FAILURES: ErrorCode[] = ["NOT_AUTHENTICATED", "TOKEN_NOT_VALID", "ORIGIN_NOT_ALLOWED"];
export const TOO_MANY_CHANGES: FailureCase = {
  code: "TOO_MANY_REQUESTS",
  message: "Too many changes. Try again in 42 seconds.",
};
/** The same of a route that changes something. */
export const WRITER_FAILURES: (ErrorCode | FailureCase)[] = [...USER_FAILURES, TOO_MANY_CHANGES];
export const idempotencyKey: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  schema: z.string().min(1).max(255).meta({ pattern: "^[ -~]+$" }),
  description:
    "Any text of your own, new for each request. Sent again within 30 days, nothing is done twice: that is a 409 with the key’s `id`, or a 422 if the request is another.",
};
/** Of a route that heeds the header. `key`: what the first request was about. */
export const repeatFailures = (key: FailureCase["key"]): (ErrorCode | FailureCase)[] => [
  "INVALID_IDEMPOTENCY_KEY",
  { code: "IDEMPOTENCY_KEY_USED", key },
  "IDEMPOTENCY_KEY_MISMATCH",
];
export const tooLarge = (bytes: number): FailureCase => ({ code: "BODY_TOO_LARGE", facts: { max_bytes: bytes } });
export const unknownField = (name: string, meant: string): FailureCase => ({
  code: "UNKNOWN_FIELD",
  message: `Unknown field "${name}". Did you mean "${meant}"?`,
});
export const BODY_FAILURES: (ErrorCode | FailureCase)[] = ["INVALID_JSON", tooLarge(MAX_BODY_BYTES), "UNSUPPORTED_ENCODING"];
