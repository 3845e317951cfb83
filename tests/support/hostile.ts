import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type Answer, type CallOptions, call, newKey } from "./client";
import { newUser, type TestUser } from "./people";

const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** Bodies that are no JSON object, for every route that reads one. */
const NOT_JSON: [string, string | Uint8Array][] = [
  ["cut-off JSON", '{"key_name":"a"'],
  ["no JSON at all", "key_name=a"],
  ["white space", "  \n"],
  ["an array", "[]"],
  ["a string", '"a"'],
  ["a number", "1"],
  ["null", "null"],
  ["a deeply nested array", deep(30_000)],
  ["a comment", '{"key_name":"a"} // comment'],
  ["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
  ["a NUL byte", '{"key_name":"a\u0000"}'],
];

/** What may be sent, as it is, where a body says nothing. */
export const SAYING_NOTHING: [string, string | undefined][] = [
  ["no body", undefined],
  ["an empty body", ""],
  ["an empty object", "{}"],
];

/** Ids that name nothing, as they stand in an address. */
export const UNKNOWN_IDS: [string, string][] = [
  ["an unknown id", "0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1"],
  ["a word", "abc"],
  ["a NUL byte", "%00"],
  ["5,000 characters", "a".repeat(5000)],
  ["a percent sign that introduces nothing", "%zz"],
];

const UNENCODED = "Send the request body as it is, without Content-Encoding";

type Refusals = { notJson: unknown; tooLarge: unknown; encoded: unknown };

/** Refusals in the dialects of the three APIs. */
export const USER_REFUSALS: Refusals = {
  encoded: { success: false, message: UNENCODED, error_code: "UNSUPPORTED_ENCODING" },
  notJson: { success: false, message: "The request body is not a valid JSON object.", error_code: "INVALID_JSON" },
  tooLarge: { success: false, message: "The request body is too large", error_code: "BODY_TOO_LARGE", max_bytes: 65_536 },
};
export const ADMIN_REFUSALS: Refusals = {
  encoded: { success: false, error: UNENCODED },
  notJson: { success: false, error: "The request body is not a valid JSON object." },
  tooLarge: { success: false, error: "The request body is too large", max_bytes: 65_536 },
};
const detailed = (message: string, code: string) => ({ message, detail: message, code });
export const IDENTITY_REFUSALS: Refusals = {
  encoded: detailed(UNENCODED, "unsupported_encoding"),
  notJson: detailed("The request body is not a valid JSON object.", "invalid_json"),
  tooLarge: { ...detailed("The request body is too large", "body_too_large"), max_bytes: 65_536 },
};
export const PLAIN_REFUSALS: Refusals = {
  encoded: { error: UNENCODED, code: "UNSUPPORTED_ENCODING" },
  notJson: { error: "The request body is not a valid JSON object.", code: "INVALID_JSON" },
  tooLarge: { error: "The request body is too large", code: "BODY_TOO_LARGE", max_bytes: 65_536 },
};

/** Defines the tests that every route with a body shares. `request` sends the options with good credentials. */
export function refusesBadBodies(
  request: (options: CallOptions) => Promise<Answer>,
  { notJson, tooLarge, encoded }: Refusals,
): void {
  test.each(NOT_JSON)("400 for %s", async (_, raw) => {
    const answer = await request({ method: "POST", raw });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual(notJson);
  });

  test("413 for a body over 64 KiB, and not for one of exactly 64 KiB", async () => {
    const fill = (size: number) => `{"filler":"${"a".repeat(size - 13)}"}`;
    const over = await request({ method: "POST", raw: fill(64 * 1024 + 1) });
    expect(over.status).toBe(413);
    expect(over.body).toStrictEqual(tooLarge);
    expect((await request({ method: "POST", raw: fill(64 * 1024) })).status).not.toBe(413);
  });

  test("415 for a compressed body, and not for one that says it is none", async () => {
    const send = (raw: string | Uint8Array, coding: string) =>
      request({ method: "POST", raw, headers: { "Content-Encoding": coding } });
    for (const coding of ["gzip", "identity, BR"]) {
      const answer = await send(gzipSync("{}"), coding);
      expect([answer.status, answer.body]).toStrictEqual([415, encoded]);
      expect(answer.headers.get("accept-encoding")).toBe("identity");
    }
    for (const coding of ["Identity", ""]) expect((await send("[", coding)).body).toStrictEqual(notJson);
  });

  test("no 500 for deep, doubled and prototype keys", async () => {
    const hostile = [
      `{"a":${deep(30_000)}}`,
      `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
      '{"__proto__":{"key_name":"x","userId":"y","email":"z"},"constructor":{"prototype":{"a":1}}}',
      '{"key_name":1,"key_name":{},"userId":1,"userId":[],"email":1,"email":{}}',
    ];
    for (const raw of hostile) expect((await request({ method: "POST", raw })).status).toBeLessThan(500);
  });
}

/** The same for a path that names a key: one of a user's own. */
export function refusesBadBodiesAbout(path: (keyId: string) => string): void {
  let target: Promise<{ user: TestUser; id: string }> | undefined;
  const prepare = async () => {
    const user = await newUser();
    return { user, id: (await newKey(user)).id };
  };
  refusesBadBodies(async (options) => {
    target ??= prepare();
    const { user, id } = await target;
    return call(path(id), { ...options, token: user.access });
  }, USER_REFUSALS);
}
