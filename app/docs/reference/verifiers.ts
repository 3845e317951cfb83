import { FEED_STATUSES, FEED_VERSION, RESET_REASONS } from "@latchkey/rule/feed";
import { z } from "zod";
import { acknowledgeSchema, MAX_SESSION_BYTES, openSessionSchema, readFeedSchema } from "@/lib/feed/schemas";
import { THROTTLE } from "./identity-samples";
import { answer, body, type Group, type Operation, serviceRefusals, tooLarge, USER_FAILURES } from "./operation";

/** Those of the reader take the place of these, where snippets are tried. */
export const FEED_EXAMPLES = {
  session: "9f1c9a4e-1d5e-4a53-8f43-3f5f2d1f7f10",
  epoch: "86376745-41d1-481b-8549-7e0857bd7077",
  token: "pN0Jw3bq1vJ3c6rP2mZcX5wq9oXkT4h1y7s8d0fGhIk",
  cursor: "901:907:903",
  page: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
  change: "91.971",
};
const { session: SESSION, epoch: EPOCH, token: TOKEN, cursor: CURSOR, page: PAGE, change: CHANGE } = FEED_EXAMPLES;
const NONCE = "6f1c6a5e-2b0f-4c73-9f0e-5a5c0b7f6d21";
const HISTORY = "7432109876543210987:00000001";
const SIGNATURE = "mDFdR3Ihwjto9GjR8vajRwKBQG9YYvTtkPyLZAJXafCfjfq4cKtv9xmXDSinJYOkhMef4tU90utx1aiYBuMVDQ";
const NOW = 1_795_860_706_655;

const signature = z.string().meta({ description: "Ed25519 (RFC 8032), base64url. What is signed: docs/feed.md." });
const instant = z.int().meta({ description: "Milliseconds since 1970, by the database’s clock." });
const time = z.strictObject({ session: z.uuid(), epoch: z.uuid(), nonce: z.string(), now: instant, signature });
const TIME = { session: SESSION, epoch: EPOCH, nonce: NONCE, now: NOW, signature: SIGNATURE };

const snapshot = z.strictObject({
  epoch: z.uuid(),
  history: z.string(),
  cursor: z.string(),
  keys: z.int(),
  owners: z.int(),
  pages: z.array(z.string()).meta({ description: "The SHA-256 of each page’s lines." }),
  signature,
});
const SNAPSHOT = {
  ...{ epoch: EPOCH, history: HISTORY, cursor: CURSOR, keys: 2, owners: 1, pages: [PAGE], signature: SIGNATURE },
};

const begun = z.strictObject({
  v: z.literal(FEED_VERSION),
  session: z.uuid(),
  token: z.string().meta({ description: "Shows that an acknowledgement is this session’s own." }),
  epoch: z.uuid(),
  salt: z.string().meta({ description: "Stands in front of a credential before it is digested." }),
  time,
  bound_ms: z.int(),
  on_stale: z.enum(["ask", "refuse", "serve"]),
  serve_for_ms: z.int(),
  serve_signature: signature,
  poll_ms: z.int(),
  stream_ms: z.int().meta({ description: "A stream ends after this, at most." }),
  keys: z.strictObject({
    key: z.string().meta({ description: "The public key, 32 bytes in base64url." }),
    former: z.strictObject({ key: z.string(), signature }).nullable(),
  }),
  resume: z.enum(["tail", "snapshot"]),
  snapshot: snapshot.nullable(),
});
const BEGUN = {
  ...({ v: FEED_VERSION, session: SESSION, token: TOKEN, epoch: EPOCH, salt: "4f0c1b9e", time: TIME } as const),
  ...({
    bound_ms: 2_000,
    on_stale: "ask",
    serve_for_ms: 0,
    serve_signature: SIGNATURE,
    poll_ms: 200,
    stream_ms: 3_600_000,
  } as const),
  keys: { key: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", former: null },
};

const keyLine = z.strictObject({
  t: z.literal("key"),
  id: z.uuid(),
  rev: z.int(),
  owner: z.uuid(),
  name: z.string(),
  p: z.unknown(),
  creds: z.array(z.strictObject({ d: z.string(), s: z.string().nullable().optional(), until: z.int().optional() })),
  exp: z.int().nullable(),
  st: z.enum(FEED_STATUSES),
});
const KEY_LINE = {
  t: "key" as const,
  ...{ id: SESSION, rev: 4, owner: EPOCH, name: "Production", p: ["read"] },
  creds: [{ d: "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAA", s: null }],
  ...{ exp: null, st: "revoked" as const },
};
const line = z.union([
  keyLine,
  z.strictObject({
    t: z.literal("owner"),
    ...{ id: z.uuid(), rev: z.int(), banned: z.boolean(), credits: z.union([z.int(), z.literal("some")]) },
  }),
  z.strictObject({ t: z.literal("gone"), kind: z.enum(["key", "owner"]), id: z.uuid() }),
  z.strictObject({ t: z.literal("unsealed"), mf_live: z.int(), datazag: z.int(), foreign: z.int() }),
  z.strictObject({ t: z.literal("ask"), kind: z.enum(["key", "owner"]), ids: z.base64url() }),
  z.strictObject({
    t: z.literal("frame"),
    ...{ epoch: z.uuid(), history: z.string(), from: z.string(), to: z.string(), as_of: instant, lines: z.int() },
    ...{ sha256: z.string(), unsealed: z.int(), signature },
  }),
  z.strictObject({ t: z.literal("reset"), reason: z.enum(RESET_REASONS), epoch: z.uuid(), as_of: instant, signature }),
  z.strictObject({ t: z.literal("hello"), v: z.literal(FEED_VERSION), session: z.uuid(), epoch: z.uuid() }),
  time.extend({ t: z.literal("time") }),
  z.strictObject({ t: z.literal("bye"), reason: z.enum(["time", "stop"]), in_ms: z.int() }),
]);

const told = z.strictObject({ service: z.string(), instance: z.string() });
const receipts = {
  change: z.string(),
  seen_at: z.iso.datetime().meta({ description: "When it was first seen to be committed, by the database’s clock." }),
  now: z.iso.datetime().meta({ description: "When this was read, by the same clock." }),
  last_ms: z.int().nullable().meta({
    description: "After how long the last of those that have applied it, or refuse by themselves, did; null while none has.",
  }),
  bounded_since: z.iso.datetime().nullable().meta({ description: "From when on all that are `bounded` refuse by themselves." }),
  pending_until: z.iso.datetime().nullable().meta({ description: "When the last that is `pending` refuses by itself." }),
  may_accept_until: z.iso.datetime().nullable().meta({ description: "When the last that may accept it refuses by itself." }),
  later: z.int().meta({ description: "Processes that began afterwards." }),
  dead_everywhere_at: z.iso
    .datetime()
    .nullable()
    .meta({ description: "From then on no process accepts what the change ended; null while that is not certain." }),
};
const RECEIPTS = {
  change: CHANGE,
  seen_at: "2026-11-28T10:11:46.121Z",
  now: "2026-11-28T10:11:46.371Z",
  last_ms: 87,
  ...{ bounded_since: null, pending_until: null, may_accept_until: null },
  later: 0,
  dead_everywhere_at: "2026-11-28T10:11:46.208Z",
};

const REFUSALS: Operation["failures"] = [
  "INVALID_SERVICE_SECRET",
  ...serviceRefusals("feed"),
  THROTTLE,
  "FEED_NOT_CONFIGURED",
  "TEMPORARILY_UNAVAILABLE",
];
const BODY: Operation["failures"] = ["INVALID_JSON", tooLarge(MAX_SESSION_BYTES), "UNSUPPORTED_ENCODING"];
const NO_SESSION = "SESSION_NOT_FOUND" as const;

/** For programs that keep a replica of all keys and check in their own process. */
export const VERIFIERS: Group = {
  slug: "in-your-own-process",
  name: "In your own process",
  caller: "A service with the scope `feed`.",
  about:
    "`@latchkey/verifier` speaks this, so that you need not. For programs that check keys in their own process and still know within two seconds what was revoked. A session begins with a snapshot of all keys and owners; a stream tells what changes, in rounds that are signed and say how fresh they are. Credentials are told as salted digests alone. How it works and what is signed: docs/feed.md.",
  operations: [
    {
      id: "openVerifierSession",
      method: "POST",
      path: "/api/verifier/sessions",
      summary: "Begin, or go on with what one has",
      description:
        'One for each process. With `have` a process goes on where it was, if all that came since can be told (two days). Else it gets the pages of a snapshot, or a 202 while that is being made. `on_stale: "serve"` is for services that may.',
      dialect: "plain",
      callers: ["service"],
      scope: "feed",
      body: body(openSessionSchema, {
        first: { instance: "api-eu-3/4711", version: "1.0.0", nonce: NONCE },
        again: { instance: "api-eu-3/4711", version: "1.0.0", nonce: NONCE, have: { epoch: EPOCH, cursor: CURSOR } },
      }),
      answers: [
        answer(201, "A session", begun, {
          snapshot: { ...BEGUN, resume: "snapshot", snapshot: SNAPSHOT },
          tail: { ...BEGUN, resume: "tail", snapshot: null },
        }),
        answer(202, "The snapshot is being made: ask again", z.strictObject({ retry_after_ms: z.int() }), {
          building: { retry_after_ms: 1_000 },
        }),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "on_stale must be ask, refuse or serve" },
        { code: "UNKNOWN_FIELD", message: 'Unknown field "state".' },
        ...BODY,
        ...REFUSALS,
        "SERVE_NOT_ALLOWED",
      ],
    },
    {
      id: "getSnapshotPage",
      method: "GET",
      path: "/api/verifier/snapshot/{sha256}",
      summary: "A page of a snapshot",
      description: "Lines of JSON, as a file compressed with gzip. Its name is the SHA-256 of the lines.",
      dialect: "plain",
      callers: ["service"],
      scope: "feed",
      parameters: [
        {
          name: "sha256",
          in: "path",
          required: true,
          schema: z.string(),
          description: "One of a session’s `snapshot.pages`.",
          example: PAGE,
        },
      ],
      answers: [{ ...answer(200, "The page", z.string(), {}), mediaType: "application/gzip" }],
      failures: ["PAGE_NOT_FOUND", ...REFUSALS],
    },
    {
      id: "readFeed",
      method: "POST",
      path: "/api/verifier/feed",
      summary: "What changes, as it changes",
      description:
        "A line of JSON each, for as long as both sides go on; with `wait: 0`, one round and the end. A round is lines of states and the frame that ends them: nothing of it may be applied before the frame’s signature holds. `ask` names what changed in too great a number to say how: ask about each, and read a snapshot beside. `bye` says that the stream is about to end: open the next one first. After `reset` begin with a new session; after `revoked` there is none.",
      dialect: "plain",
      callers: ["service"],
      scope: "feed",
      body: body(readFeedSchema, {
        once: { session: SESSION, token: TOKEN, epoch: EPOCH, cursor: CURSOR, wait: 0, nonce: NONCE },
        stream: { session: SESSION, token: TOKEN, epoch: EPOCH, cursor: CURSOR },
      }),
      answers: [
        { ...answer(200, "Lines, each of them one of these", line, { key: KEY_LINE }), mediaType: "application/x-ndjson" },
      ],
      failures: [
        { code: "INVALID_INPUT", message: "cursor must be one that the feed sent" },
        { code: "UNKNOWN_FIELD", message: 'Unknown field "state".' },
        ...BODY,
        NO_SESSION,
        ...REFUSALS,
      ],
    },
    {
      id: "acknowledge",
      method: "POST",
      path: "/api/verifier/acks",
      summary: "Say what was applied, and get the time",
      description:
        "At once, with `applied`, where what was applied narrows; every few seconds otherwise. `final` ends the session. Sessions of which nothing is heard for 15 minutes end.",
      dialect: "plain",
      callers: ["service"],
      scope: "feed",
      body: body(acknowledgeSchema, {
        applied: {
          ...{ session: SESSION, token: TOKEN, epoch: EPOCH, cursor: CURSOR, as_of: NOW, nonce: NONCE },
          ...({ state: "READY", keys: 1_000_000, applied: true } as const),
        },
      }),
      answers: [
        answer(200, "Noted", z.strictObject({ time, bound_ms: z.int(), serve_for_ms: z.int() }), {
          success: { time: TIME, bound_ms: 2_000, serve_for_ms: 0 },
        }),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "state must be NOT_READY, READY, STALE, FATAL" },
        { code: "UNKNOWN_FIELD", message: 'Unknown field "status".' },
        ...BODY,
        NO_SESSION,
        ...REFUSALS,
      ],
    },
    {
      id: "getReceipts",
      method: "GET",
      path: "/api/verifier/receipts/{change}",
      summary: "Who has applied a change, and from when on it holds everywhere",
      description:
        "Answers that end or narrow a key have the header `Latchkey-Change`. A service with `admin:read`, and staff in their browser, read which process applied it when; the owner of the key, how many did. Known for two days; after that the audit log has the numbers.",
      dialect: "plain",
      callers: ["service", "accessToken", "sessionCookie"],
      scope: "admin:read",
      parameters: [
        {
          name: "change",
          in: "path",
          required: true,
          schema: z.string(),
          description: "The header `Latchkey-Change` of an answer.",
          example: CHANGE,
        },
      ],
      answers: [
        answer(
          200,
          "So far",
          z.union([
            z.strictObject({
              ...receipts,
              confirmed: z.array(told.extend({ after_ms: z.int() })),
              bounded: z.array(told.extend({ since: z.iso.datetime() })),
              pending: z.array(told.extend({ until: z.iso.datetime() })),
              may_accept: z.array(told.extend({ until: z.iso.datetime() })),
            }),
            z.strictObject({ ...receipts, confirmed: z.int(), bounded: z.int(), pending: z.int(), may_accept: z.int() }),
          ]),
          {
            staff: {
              ...RECEIPTS,
              confirmed: [{ service: "Orders", instance: "api-eu-3/4711", after_ms: 87 }],
              ...{ bounded: [], pending: [], may_accept: [] },
            },
            owner: { ...RECEIPTS, confirmed: 1, bounded: 0, pending: 0, may_accept: 0 },
          },
        ),
      ],
      failures: [
        "CHANGE_NOT_FOUND",
        "INVALID_SERVICE_SECRET",
        ...serviceRefusals("admin:read"),
        ...USER_FAILURES,
        THROTTLE,
        "FEED_NOT_CONFIGURED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
  ],
};
