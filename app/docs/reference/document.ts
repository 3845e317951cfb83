import { env } from "@/lib/settings/env";
import { ACCOUNTS } from "./accounts";
import { BROWSER_SESSIONS } from "./browser-sessions";
import { DATA_PLANE } from "./data-plane";
import { EVERY_KEY } from "./every-key";
import { failureAnswers } from "./failures";
import { GENERATED_KEYS } from "./generated-keys";
import { type JsonSchema, toJsonSchema } from "./json-schema";
import type { Answer, Caller, Group, Operation, Parameter } from "./operation";
import { OWN_KEYS } from "./own-keys";
import { PASSWORDS } from "./passwords";
import { USERS } from "./users";
import { VERIFIERS } from "./verifiers";

/** Every HTTP route there is: the reference, the front page and the deployment check are made from this list. */
export const GROUPS: Group[] = [
  ACCOUNTS,
  PASSWORDS,
  OWN_KEYS,
  GENERATED_KEYS,
  EVERY_KEY,
  USERS,
  DATA_PLANE,
  VERIFIERS,
  BROWSER_SESSIONS,
];
export const OPERATIONS: Operation[] = GROUPS.flatMap(({ operations }) => operations);

const HEADERS = {
  "X-Request-Id": {
    description: "Names the request; the server’s log repeats it.",
    required: true,
    schema: { type: "string", format: "uuid" },
  },
  "Retry-After": { description: "Seconds to wait.", required: true, schema: { type: "string", pattern: "^[1-9][0-9]*$" } },
  "WWW-Authenticate": {
    description: 'How to show who you are; `error="invalid_token"` when a token was sent (RFC 6750).',
    required: true,
    schema: { type: "string" },
  },
  Allow: { description: "The methods of the path.", required: true, schema: { type: "string" } },
  "Set-Cookie": { description: "The session, or its end.", required: true, schema: { type: "string" } },
};

const SECURITY: Record<Caller, Record<string, string>> = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "`access` of `tokens`, from registering, logging in or refreshing. Good for an hour. Where this portal trusts another issuer, its token for a person with that e-mail address is as good; the first one for an account whose address nobody has confirmed ends its sessions and password, and disables its keys until they are enabled.",
  },
  sessionCookie: {
    type: "apiKey",
    in: "cookie",
    name: "latchkey.session_token",
    description:
      "On pages of the portal’s own origin. Behind https its name begins with `__Secure-`; where the portal’s address has a port, that is part of it: `latchkey-3000.session_token`.",
  },
  service: {
    type: "http",
    scheme: "bearer",
    description:
      "The credential of a service, `lks_…`, with the scope that is named here. Staff make, rotate and revoke services on the page Services; each program has its own.",
  },
  adminSecret: {
    type: "apiKey",
    in: "header",
    name: "X-Admin-Secret",
    description: "The credential of a service; or, shared by all programs, the server’s setting ADMIN_API_SECRET.",
  },
  serviceSecret: {
    type: "http",
    scheme: "bearer",
    description: "Shared by all programs: the server’s setting SERVICE_API_SECRET.",
  },
  apiKey: { type: "http", scheme: "bearer", description: "A key’s own credential, `api_key`." },
  usageSignature: {
    type: "apiKey",
    in: "header",
    name: "x-signature",
    description:
      '`t=<seconds since 1970>,v1=<lower-case hex of HMAC-SHA-256 of "<t>.<x-idempotency-key>.<body>">` under the server’s setting USAGE_WEBHOOK_SECRET; or, unless USAGE_SIGNATURE is v2, the hex of HMAC-SHA-256 over the body’s bytes alone.',
  },
};

/** What holds for every route. */
export const INTRODUCTION = `Every path works with and without a trailing slash, and repeated slashes are one, without a redirect. Bodies are
JSON, errors included. A method that a path does not have is a 405 whose \`Allow\` names those it has.
Bodies are sent as they are: one with a \`Content-Encoding\` is a 415. Unknown fields are ignored, except where that would widen a right:
a misspelt name of a field that limits a key is a 400 with the right name, and verifying, regenerating, users and browser sessions refuse every
unknown one.
Timestamps are ISO 8601 in UTC with milliseconds. Bodies are at most 64 KiB, batches of usage 1 MiB. An unknown path below
\`/api/\` is a 404. Browsers may call \`/api/auth/\`, \`/api/api-keys\` and \`/api/users\` from the portal’s own origin and from allowed ones.`;

export type OpenApiDocument = ReturnType<typeof makeDocument>;
export type DescribedOperation = ReturnType<typeof describeOperation>;

/** An operation of the list above as the document describes it. */
export function operationIn({ paths }: OpenApiDocument, { method, path }: Operation): DescribedOperation {
  const described = paths[path.replace(/\/$/, "")]?.[method.toLowerCase()];
  if (!described) throw new Error(`the document does not describe ${method} ${path}`);
  return described;
}

let made: OpenApiDocument | undefined;

/**
 * OpenAPI 3.1 of this deployment, from the schemas that check requests and the dialects that write answers. Made once:
 * it takes a tenth of a second, and anyone may ask for it.
 */
export function openApiDocument() {
  made ??= makeDocument();
  return made;
}

function makeDocument() {
  const schemas: Record<string, JsonSchema> = {};
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const group of GROUPS) {
    for (const operation of group.operations) {
      const allowed = group.operations.filter(({ path }) => path === operation.path).map(({ method }) => method);
      const describe = (id: string) => describeOperation({ ...operation, id }, group, allowed, schemas);
      const add = (address: string, id: string) => {
        // Both forms are served. Linters want the one without the last slash.
        const path = address.replace(/\/$/, "");
        paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id) };
      };
      add(operation.path, operation.id);
      if (operation.alsoAt) add(operation.alsoAt, `${operation.id}BelowApi`);
    }
  }
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: { title: "Latchkey", version: env().LATCHKEY_VERSION, description: INTRODUCTION },
    servers: [{ url: env().appUrl, description: "This deployment" }],
    tags: GROUPS.map(({ name, about }) => ({ name, description: about })),
    paths,
    components: { schemas, headers: HEADERS, securitySchemes: SECURITY },
  };
}

/** Its value is new for each call, and importers of collections send one for ever: they learn of it from the text. */
const TOLD_ONLY = "Idempotency-Key";

function describeOperation(operation: Operation, group: Group, allowed: string[], shared: Record<string, JsonSchema>) {
  const { id, summary, callers, scope, isOpen, body } = operation;
  const told = operation.parameters?.filter(({ name }) => name === TOLD_ONLY) ?? [];
  const parameters = operation.parameters?.filter(({ name }) => name !== TOLD_ONLY);
  const sentences = told.map((parameter) => `Header \`${parameter.name}\`, optional. ${parameter.description}`);
  const description = [operation.description, ...sentences].filter(Boolean).join("\n\n");
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [group.name],
    security: [
      ...(callers.length === 0 || isOpen ? [{}] : []),
      ...callers.map((caller) => ({ [caller]: caller === "service" && scope ? [scope] : [] })),
    ],
    ...(parameters?.length && { parameters: parameters.map((parameter) => describeParameter(parameter, shared)) }),
    ...(body && {
      requestBody: {
        required: body.required,
        content: { "application/json": { schema: toJsonSchema(body.schema, shared), examples: named(body.examples) } },
      },
    }),
    responses: describeAnswers([...operation.answers, ...failureAnswers(operation, allowed)], shared),
  };
}

function describeParameter({ schema, ...parameter }: Parameter, shared: Record<string, JsonSchema>) {
  const { description: _, ...form } = toJsonSchema(schema, shared);
  return { ...parameter, schema: form };
}

/** Answers of one status, from the library and from us, are one entry with both forms. */
function describeAnswers(answers: Answer[], shared: Record<string, JsonSchema>) {
  const statuses = new Set(answers.map(({ status }) => status));
  // Numbers as keys stand in their order, whatever the order they come in.
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      describeAnswer(
        answers.filter((answer) => answer.status === status),
        shared,
      ),
    ]),
  );
}

function describeAnswer(same: Answer[], shared: Record<string, JsonSchema>) {
  const forms = same.map(({ schema }) => toJsonSchema(schema, shared));
  const [form = {}] = forms;
  const headers = ["X-Request-Id", ...same.flatMap((answer) => answer.headers ?? [])];
  return {
    description: same.at(-1)?.description ?? "",
    headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: {
      [same[0]?.mediaType ?? "application/json"]: {
        schema: forms.length === 1 ? form : { anyOf: forms },
        examples: Object.assign({}, ...same.map(({ examples }) => named(examples))) as Record<string, { value: unknown }>,
      },
    },
  };
}

function named(examples: Record<string, unknown>): Record<string, { value: unknown }> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
