import { METHODS } from "../../lib/request/methods";
import { AWKWARD, type Choose, formsOf } from "./field-changes";
import type { Cast, Person } from "./people";

/** A request as it goes out. */
export type Draft = {
  method: string;
  /** With its query. */
  path: string;
  headers: [name: string, value: string][];
  body: Buffer | null;
  isChunked: boolean;
};

export type WireChange = (draft: Draft, choose: Choose, cast: Cast, speaker: Person) => Draft;

const withHeader = (draft: Draft, name: string, value: string): Draft => ({
  ...draft,
  headers: [...draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase()), [name, value]],
});
const without = (draft: Draft, names: readonly string[]): Draft => ({
  ...draft,
  headers: draft.headers.filter(([name]) => !names.includes(name.toLowerCase())),
});
const withPath = (draft: Draft, change: (path: string) => string): Draft => {
  const [path = "", ...query] = draft.path.split("?");
  return { ...draft, path: [change(path), ...query].join("?") };
};
const withQuery = (draft: Draft, more: string): Draft => ({
  ...draft,
  path: `${draft.path}${draft.path.includes("?") ? "&" : "?"}${more}`,
});

const CREDENTIALS = ["authorization", "cookie", "x-admin-secret", "x-signature"];
const ORIGINS = [
  "null",
  "https://evil.example",
  "https://portal.datazag.com.evil.example",
  "https://portal.datazag.com/",
  "",
  "HTTPS://PORTAL.DATAZAG.COM",
];
const ODD_HEADERS: [string, string][] = [
  ...([
    ["Idempotency-Key", ""],
    ["Idempotency-Key", "a".repeat(256)],
    ["Idempotency-Key", "\u00e9\u00ff"],
    ["x-idempotency-key", "a".repeat(256)],
  ] as [string, string][]),
  ...([
    ["x-idempotency-key", ""],
    ["X-HTTP-Method-Override", "DELETE"],
    ["Accept", "text/html"],
    ["Accept", "*/*;q=0"],
    ["Range", "bytes=0-1"],
  ] as [string, string][]),
  ...([
    ["next-action", "a".repeat(42)],
    ["rsc", "1"],
    ["x-middleware-subrequest", "middleware"],
    ["x-forwarded-host", "evil.example"],
  ] as [string, string][]),
  ...([
    ["x-forwarded-proto", "ftp"],
    ["x-forwarded-for", "::ffff:1.2.3.4, unknown"],
    ["If-None-Match", "*"],
    ["Purpose", "prefetch"],
  ] as [string, string][]),
  ...([
    ["x-request-id", "1'; --"],
    ["Content-Encoding", "identity"],
    ["Content-Encoding", "br, identity"],
    ["X-Odd", "a".repeat(7_000)],
  ] as [string, string][]),
];

/** Of what goes over the wire beside the body. */
export const WIRE_CHANGES: Record<string, WireChange> = {
  noCredentials: (draft) => without(draft, CREDENTIALS),
  lowerScheme: (draft) => edited(draft, "authorization", (value) => value.replace(/^Bearer /, "bearer   ")),
  otherScheme: (draft, { what }) =>
    edited(draft, "authorization", (value) => value.replace(/^Bearer/, what(["Basic", "Token", "Bearer Bearer", ""]))),
  twoCredentials: (draft, _, cast) => ({ ...draft, headers: [...draft.headers, ["Authorization", `Bearer ${cast.A.access}x`]] }),
  sameTwice: (draft) => ({
    ...draft,
    headers: [...draft.headers, ...draft.headers.filter(([name]) => CREDENTIALS.includes(name.toLowerCase()))],
  }),
  cutToken: (draft) => edited(draft, "authorization", (value) => value.slice(0, -3)),
  keyAsToken: (draft, { what }, _, speaker) => withHeader(draft, "Authorization", `Bearer ${what(speaker.keys).credential}`),
  refreshAsToken: (draft, _, __, speaker) => withHeader(draft, "Authorization", `Bearer ${speaker.refresh}`),
  cookieBeside: (draft, _, __, speaker) => withHeader(draft, "Cookie", speaker.cookie),
  otherType: (draft, { what }) =>
    withHeader(
      draft,
      "Content-Type",
      what([
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "multipart/form-data; boundary=x",
        "*/*",
        "",
      ]),
    ),
  noType: (draft) => without(draft, ["content-type"]),
  oddOrigin: (draft, { what }) => withHeader(draft, "Origin", what(ORIGINS)),
  allowedOrigin: (draft) => withHeader(draft, "Origin", "https://portal.datazag.com"),
  oddHeader: (draft, { where }) => withHeader(draft, ...where(ODD_HEADERS)),
  oddMethod: (draft, { what }) => ({ ...draft, method: what([...METHODS, "OPTIONS", "HEAD", "PROPFIND", "PURGE", "LINK"]) }),
  slashes: (draft, { what }) =>
    withPath(draft, (path) =>
      what([
        path.replace(/\/$/, ""),
        `${path}/`,
        `/${path}`,
        path.replaceAll("/", "//"),
        path.replace("/", "/./"),
        `/a/..${path}`,
      ]),
    ),
  encoded: (draft, { where, what }) =>
    withPath(draft, (path) =>
      spliced(path, where, what(["%00", "%2f", "%2e%2e%2f", "%zz", "%", "%c0%ae", "%25", "\\", ";a=b", "%cc%81"])),
    ),
  letterEncoded: (draft, { where }) =>
    withPath(draft, (path) =>
      path.replace(where([...path].filter((sign) => /[a-z]/.test(sign))), (sign) => `%${sign.charCodeAt(0).toString(16)}`),
    ),
  upperPath: (draft) => withPath(draft, (path) => path.toUpperCase()),
  longPath: (draft, { what }) => withPath(draft, (path) => `${path}${"a".repeat(what([200, 3_000, 9_000]))}`),
  nextTo: (draft, { what }) => withPath(draft, (path) => `${path}/${what(["x", "create", "..", "0", "revoke"])}`),
  oddQuery: (draft, { what, where }) =>
    withQuery(
      draft,
      `${what(["limit", "cursor", "userId", "email", "q", "x"])}=${encodeURIComponent(where(AWKWARD).toWellFormed())}`,
    ),
  edgeQuery: (draft, { what, where }) =>
    withQuery(
      draft,
      `${what(["limit", "cursor", "userId"])}=${where(["0", "-1", "1e3", "1001", "1", "999999999999999999999", "a", "%ff", "%00", "1&limit=2"])}`,
    ),
  credentialInQuery: (draft, { what }, _, speaker) =>
    withQuery(draft, `x=${encodeURIComponent(what(formsOf(what(speaker.keys).credential)))}`),
  credentialInPath: (draft, { what }, _, speaker) =>
    withPath(draft, (path) => `${path.replace(/\/?$/, "/")}${what(speaker.keys).credential}`),
  credentialInHeader: (draft, { what }, _, speaker) =>
    withHeader(draft, what(["Idempotency-Key", "User-Agent", "x-idempotency-key", "Referer"]), what(speaker.keys).credential),
  chunked: (draft) => ({ ...draft, isChunked: true }),
  bodyless: (draft) => ({ ...draft, body: null }),
  bodied: (draft, { what }) => ({ ...draft, body: Buffer.from(what(["{}", "", "[]", "x".repeat(70_000), '{"a":'])) }),
};

function edited(draft: Draft, name: string, change: (value: string) => string): Draft {
  const headers = draft.headers.map(([other, value]): [string, string] => [
    other,
    other.toLowerCase() === name ? change(value) : value,
  ]);
  return { ...draft, headers };
}

function spliced(path: string, where: Choose["where"], part: string): string {
  const at = where([...path].map((_, index) => index + 1));
  return path.slice(0, at) + part + path.slice(at);
}
