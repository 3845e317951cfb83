import net from "node:net";
import { describe, expect, test } from "vitest";
import { call, newKey, shared, verify } from "../support/client";
import { newUser } from "../support/people";

const PATH = "/api/keys/verify";
// A query, which no client sends, makes Next answer with the same handler.
const THROUGH_NEXT = `${PATH}?routed`;

/** Headers that say the same on every answer. */
function steadyHeaders(headers: Headers): Record<string, string> {
  const own = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding", "vary", "x-request-id"]);
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
