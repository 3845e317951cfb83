import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { z } from "zod";
import { verdictAnswer } from "@/app/_wire/verdicts";
import { verifyManyForm, verifySchema } from "@/lib/keys/verify-schemas";
import { MAX_BATCH_BYTES, MAX_EVENTS, usageEventSchema, usageReportSchema } from "@/lib/usage/schemas";
import { THROTTLE } from "./identity-samples";
import { KEY_ITSELF } from "./key-itself";
import { answer, BODY_FAILURES, body, type Group, serviceRefusals, tooLarge, unknownField } from "./operation";

const KEY_ID = "550e8400-e29b-41d4-a716-446655440000";
const VALID = {
  valid: true as const,
  code: "VALID" as const,
  key_id: KEY_ID,
  name: "My API Key",
  user_id: "8270ed54-d48c-47e4-8bd5-c92d4d16d097",
  ...DEFAULT_LIMITS,
  credits: 872,
  expires_at: null,
};
const REVOKED = { valid: false as const, code: "REVOKED" as const, reason: "The key was revoked.", key_id: KEY_ID };
const UNKNOWN = { valid: false as const, code: "NOT_FOUND" as const, reason: "No key has this credential." };
const MALFORMED = { ...UNKNOWN, reason: "The credential is malformed: there is white space around it." };

const EVENT = { apiKey: "mf_live_abc123...", delta: 1, endpoint: "/v1/hello", requestId: "req-1" };

const usageBody = z.union([
  usageReportSchema.omit({ id: true }),
  z.object({
    events: z
      .array(usageEventSchema)
      .max(MAX_EVENTS)
      .meta({
        description: `Up to ${MAX_EVENTS}, each with its own \`id\`. A bad one is named in the answer and never loses the others.`,
      }),
  }),
]);

/** Left out where there is nothing to say. */
const remarks = {
  conflicts: z.int().optional().meta({ description: "How many were repeats with another `delta` than the one that counts." }),
  adjusted: z
    .array(z.strictObject({ index: z.int().nullable(), field: z.string() }))
    .optional()
    .meta({
      description:
        "Fields that were cut or dropped; `index` is the place among the events, 0 of a single report, `null` beside the events.",
    }),
};

const health = z.strictObject({
  status: z.enum(["ok", "error"]),
  version: z.string(),
  commit: z.string(),
  database: z
    .enum(["ok", "unreachable", "read-only", "disk full", "slow", "unknown"])
    .meta({ description: "A tiny write is tried, and no real one was refused since the last that was not." }),
  migrations: z.string().meta({ description: "`current`, `unknown`, or `pending:` and the names of those that are missing." }),
  settings: z
    .array(z.string())
    .optional()
    .meta({ description: "Only when some need attention: a sentence for each, with its name and never its value." }),
  clock: z
    .string()
    .optional()
    .meta({ description: "Only when it is a minute or more off: by how much, against the database's." }),
  started_at: z.date(),
});
const HEALTHY = {
  status: "ok" as const,
  version: "0.1.0",
  commit: "1002cd4",
  database: "ok" as const,
  migrations: "current",
  started_at: new Date("2025-01-20T10:30:00.000Z"),
};

export const DATA_PLANE: Group = {
  slug: "behind-your-api",
  name: "Behind your API",
  caller: "A service for checks and usage, a key for itself. Health and the reference are open.",
  about:
    "For the API that the keys open. It asks here whether a key is valid, and reports here what was used; it never sees the database. A credential of a key in the query of an address is refused. Each program has a credential of its own, that of a service: staff make one under Admin → Services, with the scopes `verify` and `usage`. Instead of it programs can share the server’s settings `SERVICE_API_SECRET`, and `USAGE_WEBHOOK_SECRET` to sign with. Wrong credentials and signatures are limited to 20 a minute by network; right ones are never refused for what else came from it.",
  operations: [
    {
      id: "verifyKey",
      method: "POST",
      path: "/api/keys/verify",
      summary: "Ask whether a key is valid, and why not",
      description:
        "A refused key is a 200 with `valid: false`: the call itself went well. One key, or up to 100 with `keys`, whose `results` stand in the order asked; an empty credential among them is `NOT_FOUND`, and what is no question at all is a 400 that names its place. A malformed credential is `NOT_FOUND`, and its `reason` says what is wrong with it. Credentials of other products that were imported are asked about in the same way. Which `permission` to ask of which keys: the page /docs/permissions.",
      dialect: "plain",
      callers: ["service", "serviceSecret"],
      scope: "verify",
      body: body(z.union([verifySchema, verifyManyForm]), {
        one: { key: "mf_live_abc123...", permission: "read", cost: 1 },
        many: { keys: [{ key: "mf_live_abc123..." }, "datazag_abc123..."] },
      }),
      answers: [
        answer(
          200,
          "The verdict, or one for each key",
          z.union([verdictAnswer, z.strictObject({ results: z.array(verdictAnswer) })]),
          {
            valid: VALID,
            revoked: REVOKED,
            unknown: UNKNOWN,
            malformed: MALFORMED,
            many: { results: [VALID, UNKNOWN] },
          },
        ),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "key is required" },
        { code: "INVALID_INPUT", message: "keys must be a list of 1 to 100" },
        unknownField("scope", "permission"),
        { code: "INVALID_INPUT", message: "keys[1]: key is required" },
        ...BODY_FAILURES,
        "INVALID_SERVICE_SECRET",
        ...serviceRefusals("verify"),
        THROTTLE,
        "NOT_CONFIGURED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "reportUsage",
      method: "POST",
      path: "/usage",
      alsoAt: "/api/usage",
      summary: "Report calls and their cost; each id counts once",
      description:
        'With the credential of a service nothing is signed. Else it is signed under `USAGE_WEBHOOK_SECRET`, over the very bytes that are sent, as `x-signature: t=<seconds since 1970>,v1=<lower-case hex of HMAC-SHA-256 of "<t>.<x-idempotency-key>.<body>">`; without that header nothing stands between the dots. It is made anew at each try: more than five minutes from now, by the database’s clock, it is a 401. The first form, the hex of HMAC-SHA-256 of the body alone, is accepted too, unless the server’s setting `USAGE_SIGNATURE` is `v2`; whoever captures such a report could send it again under another id. So the same bytes with both `ts` and `requestId` are one report under any id, and staff see how many have not both. A report that is repeated answers the same and changes nothing: one that names its time with `ts` is refused once it is more than 35 days old, and the id of one that does not is remembered for good. Reports about revoked keys count. A report with a valid id, key and cost counts, whatever else is in it: what is too long is cut, what is too large or unknown is dropped, and `adjusted` names each such field (of unknown ones the first ten). Nothing that looks like a credential is kept, also where it is percent-encoded or in base64: of the event’s `id` a hash is. With the setting `MAX_OVERDRAFT`, what calls cost beyond it is counted and not charged; the answer is the same.',
      dialect: "usage",
      callers: ["service", "usageSignature"],
      scope: "usage",
      parameters: [
        {
          name: "x-idempotency-key",
          in: "header",
          required: false,
          schema: z.string().min(1).max(255),
          description: "Names the call; required for a single report. Events of a batch carry their own `id`.",
        },
      ],
      body: body(usageBody, {
        one: EVENT,
        many: {
          events: [
            { id: "call-1", keyId: KEY_ID, delta: 1 },
            { id: "call-2", ...EVENT },
          ],
        },
      }),
      answers: [
        answer(
          200,
          "Counted, now or before",
          z.union([
            z.strictObject({ ok: z.literal(true), ...remarks }),
            z.strictObject({
              ok: z.literal(true),
              accepted: z.int(),
              duplicates: z.int().meta({ description: "Those in conflict too." }),
              rejected: z.array(z.strictObject({ index: z.int(), error: z.string() })),
              ...remarks,
            }),
          ]),
          {
            one: { ok: true },
            oneAdjusted: { ok: true, adjusted: [{ index: 0, field: "meta" }] },
            many: { ok: true, accepted: 1, duplicates: 1, rejected: [{ index: 2, error: "Unknown API key" }] },
            manyAdjusted: {
              ok: true,
              accepted: 1,
              duplicates: 1,
              rejected: [],
              conflicts: 1,
              adjusted: [{ index: 0, field: "endpoint" }],
            },
          },
        ),
      ],
      failures: [
        "INVALID_USAGE_JSON",
        { code: "INVALID_INPUT", message: "Missing fields" },
        { code: "INVALID_INPUT", message: "delta must not be negative" },
        "INVALID_SIGNATURE",
        ...serviceRefusals("usage"),
        "OWNER_NOT_ALLOWED",
        "SERVICE_BOUND",
        THROTTLE,
        "UNKNOWN_API_KEY",
        tooLarge(MAX_BATCH_BYTES),
        "UNSUPPORTED_ENCODING",
        "USAGE_NOT_CONFIGURED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    ...KEY_ITSELF,
    {
      id: "getHealth",
      method: "GET",
      path: "/api/health",
      summary: "State of the server, database and migrations",
      dialect: "plain",
      callers: [],
      answers: [
        answer(200, "All is well", health, { success: HEALTHY }),
        answer(503, "Something is not: which part, it says", health, {
          database: { ...HEALTHY, status: "error", database: "unreachable", migrations: "unknown" },
          readOnly: { ...HEALTHY, status: "error", database: "read-only" },
          migrations: { ...HEALTHY, status: "error", migrations: "pending: 20261124000100_portal" },
        }),
      ],
      failures: [],
    },
    {
      id: "getLiveness",
      method: "GET",
      path: "/api/health/live",
      summary: "Whether the process answers",
      description: "Asks no database. For whoever restarts what is stuck; `/api/health` is for whoever sends it requests.",
      dialect: "plain",
      callers: [],
      answers: [answer(200, "It does", z.strictObject({ status: z.literal("ok") }), { success: { status: "ok" } })],
      failures: [],
    },
    {
      id: "getReference",
      method: "GET",
      path: "/api/openapi.json",
      summary: "This reference as an OpenAPI 3.1 document",
      dialect: "plain",
      callers: [],
      answers: [answer(200, "The document", z.object({ openapi: z.literal("3.1.0") }), { success: { openapi: "3.1.0" } })],
      failures: [],
    },
  ],
};
