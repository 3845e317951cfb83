import { randomUUID } from "node:crypto";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { type CallOptions, call, newKey, shared, verify } from "../support/client";
import { newUser } from "../support/people";
import { report } from "../support/usage";

const PATH = "/api/keys/verify";
// A query, which no client sends, makes Next answer with the same handler.
const THROUGH_NEXT = `${PATH}?routed`;

/** Headers that say the same on every answer. */
function steadyHeaders(headers: Headers): Record<string, string> {
  const own = new Set([
    "connection",
    "content-length",
    "content-security-policy",
    "date",
    "keep-alive",
    "transfer-encoding",
    "vary",
    "x-request-id",
  ]);
  return Object.fromEntries([...headers].filter(([name]) => !own.has(name)));
}

describe("A verification answered at the HTTP server", () => {
  test.each<[string, (key: string) => { raw?: string; body?: unknown; token?: string }]>([
    ["a valid key", (key) => ({ body: { key } })],
    ["a bad body", () => ({ raw: "{" })],
    ["a body of the greatest length", (key) => ({ raw: JSON.stringify({ key }).padEnd(64 * 1024) })],
    ["a body that is too long", (key) => ({ raw: JSON.stringify({ key }).padEnd(64 * 1024 + 1) })],
    ["a wrong secret", (key) => ({ body: { key }, token: "wrong" })],
  ])("is the one that Next would give, headers included: %s", async (_, ask) => {
    const { api_key: key } = await newKey(await newUser());
    const request = { token: shared().settings.SERVICE_API_SECRET, ...ask(key) };
    const [direct, slashed, routed] = await Promise.all([PATH, `${PATH}/`, THROUGH_NEXT].map((path) => call(path, request)));
    // Next sends in chunks what is answered directly in one piece.
    expect([direct?.status, direct?.body]).toStrictEqual([routed?.status, routed?.body]);
    expect(steadyHeaders(direct?.headers ?? new Headers())).toStrictEqual(steadyHeaders(routed?.headers ?? new Headers()));
    expect([slashed?.status, slashed?.body]).toStrictEqual([routed?.status, routed?.body]);
  });

  test("is one: it names its length, and Next's does not", async () => {
    const [direct, routed] = await Promise.all([
      verify({ key: "x" }),
      call(THROUGH_NEXT, { body: { key: "x" }, token: shared().settings.SERVICE_API_SECRET }),
    ]);
    expect(Number(direct.headers.get("content-length"))).toBe(direct.text.length);
    expect(routed.headers.get("content-length")).toBeNull();
  });

  test("harms nobody when the client leaves in the middle of its body", async () => {
    const { port } = new URL(shared().url);
    const socket = net.connect(Number(port), "127.0.0.1");
    const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`;
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    socket.destroy();
    expect((await verify({ key: "x" })).body.code).toBe("NOT_FOUND");
  });
});

describe("A report of usage answered at the HTTP server", () => {
  test.each<[string, (apiKey: string) => CallOptions & { body?: unknown }]>([
    ["of one call", (apiKey) => ({ body: { apiKey, delta: 1 } })],
    ["of several", (apiKey) => ({ body: { events: [{ id: randomUUID(), apiKey, delta: 1 }, {}] } })],
    ["of an unknown key", () => ({ body: { apiKey: "x", delta: 1 } })],
    ["with a wrong signature", (apiKey) => ({ body: { apiKey, delta: 1 }, headers: { "x-signature": "0".repeat(64) } })],
    ["that is no JSON", () => ({ raw: "{" })],
    ["that is too long for one", (apiKey) => ({ raw: JSON.stringify({ apiKey, delta: 1 }).padEnd(64 * 1024 + 1) })],
  ])("is answered as Next would: %s", async (_, ask) => {
    const { api_key: apiKey } = await newKey(await newUser());
    const ways = ["/usage", "/usage/", "//usage", "/api/usage", "/api//usage//", "/usage?routed", "/api/usage?routed"];
    const answers = await Promise.all(
      ways.map((path) => {
        const { body, ...options } = ask(apiKey);
        return report(body, { ...options, path });
      }),
    );
    const [first] = answers;
    for (const answer of answers) {
      expect([answer.status, withoutId(answer.body)]).toStrictEqual([first?.status, withoutId(first?.body)]);
      expect(steadyHeaders(answer.headers)).toStrictEqual(steadyHeaders(first?.headers ?? new Headers()));
    }
    // Next names no length.
    expect(answers.map(({ headers }) => headers.has("content-length"))).toStrictEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test("leaves a form of the page at the same address to Next", async () => {
    const form = new FormData();
    form.set("a", "b");
    const answer = await fetch(`${shared().url}/usage`, { method: "POST", body: form, redirect: "manual" });
    expect(answer.headers.get("content-type") ?? "").not.toContain("json");
  });
});

const withoutId = (body: Record<string, unknown>) => ({ ...body, request_id: undefined });
