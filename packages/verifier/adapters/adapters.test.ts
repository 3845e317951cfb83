import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { CODES, type FakeVerifier, fakeVerifier, KEYS, statusOf, VALID } from "../../../tests/support/fake-verifier";
import { REFUSAL_REASONS } from "../../rule/verdicts";
import { authorize, type Rule } from "../authorize";
import { MAX_UNREPORTED } from "../limits";
import { requireKey as fastifyHook } from "./fastify";
import { checkRequest, withKey } from "./fetch";
import { requireKey as honoMiddleware } from "./hono";
import { createWithKey } from "./next";
import { requireKey as middleware } from "./node";

let verifier: FakeVerifier;
beforeEach(() => {
  verifier = fakeVerifier();
});

const RULE: Rule = { permission: "sms:send", cost: 3 };
const PATH = "/v1/messages";
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const ask = (headers: Record<string, string>, rule: Rule = RULE, url = `${PATH}?to=1`) =>
  authorize(verifier, { header: (name) => new Headers(headers).get(name), url }, rule);

describe("Whether a call is let in", () => {
  test.each<[string, Record<string, string>]>([
    ["as a bearer", bearer(KEYS.VALID)],
    ["as a bearer, whatever the case and the blanks", { Authorization: `bearer   ${KEYS.VALID} ` }],
    ["as X-API-Key", { "X-API-Key": KEYS.VALID }],
    ["as X-API-Key beside another scheme", { authorization: "Basic dTpw", "x-api-key": ` ${KEYS.VALID} ` }],
    ["as a bearer before X-API-Key", { ...bearer(KEYS.VALID), "x-api-key": KEYS.REVOKED }],
  ])("a key is read %s", async (_how, headers) => {
    expect(await ask(headers)).toMatchObject({ verdict: VALID });
    expect(verifier.asked).toEqual([{ credential: KEYS.VALID, options: { permission: "sms:send", cost: 3, secret: undefined } }]);
  });

  test("the rule can say where key and secret are", async () => {
    const rule: Rule = { source: (header) => header("x-token"), secret: (header) => header("x-secret") };
    expect(await ask({ "x-token": KEYS.VALID, "x-secret": "s", ...bearer(KEYS.REVOKED) }, rule)).toMatchObject({
      verdict: VALID,
    });
    expect(verifier.asked[0]?.options).toEqual({ permission: undefined, cost: 0, secret: "s" });
  });

  test.each<[string, Record<string, string>]>([
    ["no header", {}],
    ["an empty one", { authorization: "Bearer ", "x-api-key": "" }],
    ["another scheme", { authorization: "Basic dTpw" }],
    ["two in one", { "x-api-key": `${KEYS.VALID}, ${KEYS.VALID}` }],
    ["one that is longer than any", { "x-api-key": "a".repeat(513) }],
  ])("%s is no key, and nobody is asked", async (_what, headers) => {
    expect(await ask(headers)).toMatchObject({
      status: 401,
      headers: { "WWW-Authenticate": 'Bearer realm="api"', "Content-Type": "application/json", "Cache-Control": "no-store" },
      body: { code: "MISSING_KEY" },
    });
    expect(verifier.asked).toEqual([]);
  });

  test.each(["?api_key=", "?a=1&b=", "?", "?x=%6df", "?q=a?key="])(
    "a key behind %s is refused, beside a valid one too",
    async (before) => {
      const key = before.endsWith("%6df") ? KEYS.VALID.slice(2) : KEYS.VALID;
      for (const host of ["", "https://api.example.com"]) {
        const found = await ask(bearer(KEYS.VALID), RULE, `${host}${PATH}${before}${key}`);
        expect(found).toMatchObject({ status: 400, body: { code: "CREDENTIAL_IN_ADDRESS" } });
        expect(JSON.stringify(found)).not.toContain(key);
      }
      expect(verifier.asked).toEqual([]);
    },
  );

  test.each(CODES)("%s has its status, its headers and its sentence", async (code) => {
    const status = statusOf(code);
    const told = {
      401: { "WWW-Authenticate": 'Bearer realm="api", error="invalid_token"' },
      429: { "Retry-After": "30" },
      503: { "Retry-After": "2" },
    };
    const reason = code === "UNAVAILABLE" ? "The API cannot be used at the moment. Please try again." : REFUSAL_REASONS[code];
    expect(await ask(bearer(KEYS[code]))).toEqual({
      status,
      headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...told[status as 401] },
      body: { error: reason, code },
    });
  });

  test("a call is counted by its path, once it was answered below 500, and where it costs something", async () => {
    const addresses = [
      `${PATH}?to=1`,
      `https://api.example.com${PATH}?to=1#x`,
      `//${PATH}`,
      "https://api.example.com",
      `/${"a".repeat(600)}`,
      `/keys/${KEYS.REVOKED}#x`,
    ];
    for (const url of addresses) {
      const found = await ask(bearer(KEYS.VALID), RULE, url);
      if (!("verdict" in found)) throw new Error("refused");
      found.served(500);
      found.served(404);
    }
    const masked = `/keys/${KEYS.REVOKED.slice(0, 14)}...`;
    const endpoints = [PATH, PATH, `//${PATH}`, "/", `/${"a".repeat(499)}`, masked];
    expect(verifier.reported).toEqual(endpoints.map((endpoint) => ({ keyId: VALID.key_id, delta: 3, endpoint })));
    const free = await ask(bearer(KEYS.VALID), {});
    if ("verdict" in free) free.served(200);
    expect(verifier.reported).toHaveLength(addresses.length);
  });

  test("what costs something is let in only where it can be counted", async () => {
    verifier.now.unreported = MAX_UNREPORTED;
    expect(await ask(bearer(KEYS.VALID))).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
    expect(await ask(bearer(KEYS.VALID), { permission: "sms:send" })).toHaveProperty("verdict");
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("a rule with a cost of %s is a mistake", async (cost) => {
    await expect(ask(bearer(KEYS.VALID), { cost })).rejects.toThrow("cost must be a whole number of credits");
  });
});

const request = (key: string, path = PATH) => new Request(`https://api.example.com${path}`, { headers: bearer(key) });

describe("With the Fetch API", () => {
  test("a request has a verdict, or an answer", async () => {
    expect(await checkRequest(verifier, request(KEYS.VALID), RULE)).toBe(VALID);
    const response = await checkRequest(verifier, request(KEYS.CREDITS_EXHAUSTED), RULE);
    if (!(response instanceof Response)) throw new Error("let in");
    expect([response.status, await response.json()]).toEqual([
      402,
      { error: REFUSAL_REASONS.CREDITS_EXHAUSTED, code: "CREDITS_EXHAUSTED" },
    ]);
    expect(verifier.reported).toEqual([]);
  });

  test("a handler gets the verdict and what its framework gives; what it throws is not counted", async () => {
    const handler = withKey(verifier, (_request, { name }, context: { id: number }) => Response.json({ name, ...context }), RULE);
    expect(await (await handler(request(KEYS.VALID), { id: 7 })).json()).toEqual({ name: VALID.name, id: 7 });
    expect((await handler(request(KEYS.REVOKED), { id: 7 })).status).toBe(401);
    expect(verifier.reported).toHaveLength(1);
    const failing = withKey(verifier, () => Promise.reject(new Error("mine")), RULE);
    await expect(failing(request(KEYS.VALID))).rejects.toThrow("mine");
    expect(verifier.reported).toHaveLength(1);
  });

  test("route handlers of Next share a verifier, which begins with the first call", async () => {
    let made = 0;
    const begin = () => {
      made += 1;
      return verifier;
    };
    const routes = [1, 2].map((id) => createWithKey(begin)(() => Response.json({ id }), RULE));
    expect(made).toBe(0);
    for (const route of routes) expect((await route(request(KEYS.VALID))).status).toBe(200);
    expect([made, verifier.reported.length]).toEqual([1, 2]);
  });
});

test("Hono's middleware goes on with the verdict, or answers", async () => {
  const run = async (key: string, status = 200) => {
    const set: unknown[] = [];
    const { headers, url } = request(key);
    const req = { url, header: (name: string) => headers.get(name) ?? undefined };
    const context = { req, res: new Response(null), set: (...args: unknown[]) => void set.push(args) };
    const answered = await honoMiddleware(verifier, RULE)(context, async () => {
      context.res = new Response(null, { status });
    });
    return { set, status: answered?.status };
  };
  expect(await run(KEYS.VALID)).toEqual({ set: [["latchkey", VALID]], status: undefined });
  expect(await run(KEYS.VALID, 503)).toEqual({ set: [["latchkey", VALID]], status: undefined });
  expect(await run(KEYS.RATE_LIMITED)).toEqual({ set: [], status: 429 });
  expect(verifier.reported).toHaveLength(1);
});

describe("Behind node:http", () => {
  /** Once it was answered, or given up. */
  let settled: Promise<unknown> = Promise.resolve();
  const server = http.createServer((incoming, response) => {
    settled = once(response, "close");
    const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
    if (pathname === "/fastify") {
      const reply = {
        raw: response,
        code: (status: number) => (response.statusCode = status),
        headers: (values: Record<string, string>) => response.setHeaders(new Map(Object.entries(values))),
        send: (body: unknown) => response.end(JSON.stringify(body)),
      };
      const given = Object.assign(incoming, { originalUrl: incoming.url ?? "/", latchkey: undefined });
      void fastifyHook(verifier, RULE)(given, reply).then(() => {
        if (given.latchkey) response.end(JSON.stringify(given.latchkey));
      });
    } else if (pathname === "/plain") {
      void middleware(verifier, RULE)(incoming, response).then((verdict) => {
        if (verdict) response.end(JSON.stringify(verdict));
      });
    } else {
      const given = Object.assign(incoming, { originalUrl: `/mounted${incoming.url}`, latchkey: undefined });
      const rule = pathname === "/broken" ? { source: () => decodeURIComponent("%") } : RULE;
      void middleware(verifier, rule)(given, response, (error) => {
        if (pathname === "/silent") return;
        response.statusCode = error || pathname === "/failing" ? 500 : 200;
        response.end(JSON.stringify(given.latchkey ?? null));
      });
    }
  });
  const listening = once(server.listen(0, "127.0.0.1"), "listening");
  afterAll(() => server.close());

  const call = async (path: string, key: string) => {
    await listening;
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: bearer(key) });
    const body = await response.json();
    await settled;
    return { status: response.status, body, headers: response.headers };
  };

  test.each(["/plain", "/express", "/fastify"])("%s goes on with the verdict, counts the call, or answers", async (path) => {
    expect(await call(`${path}?a=1`, KEYS.VALID)).toMatchObject({ status: 200, body: VALID });
    const endpoint = path === "/express" ? "/mounted/express" : path;
    expect(verifier.reported).toEqual([{ keyId: VALID.key_id, delta: 3, endpoint }]);
    for (const [code, status] of [
      ["REVOKED", 401],
      ["UNAVAILABLE", 503],
    ] as const) {
      const refused = await call(path, KEYS[code]);
      expect(refused).toMatchObject({ status, body: { code } });
      expect(refused.headers.get("content-type")).toBe("application/json");
    }
    expect(verifier.reported).toHaveLength(1);
  });

  test("what fails is not counted, and what a source throws goes to next", async () => {
    expect((await call("/failing", KEYS.VALID)).status).toBe(500);
    expect((await call("/broken", KEYS.VALID)).status).toBe(500);
    expect(verifier.reported).toEqual([]);
  });

  test.each(["before the verdict", "after it"])("whoever hangs up %s pays", async (when) => {
    let hangUp = () => {};
    const verify = verifier.verify;
    if (when === "before the verdict") {
      verifier.verify = async (...given) => {
        hangUp();
        await settled;
        return verify(...given);
      };
    }
    await listening;
    const { port } = server.address() as AddressInfo;
    const calling = http.get({ port, host: "127.0.0.1", path: "/silent", headers: bearer(KEYS.VALID) });
    calling.once("error", () => {});
    hangUp = () => void calling.destroy();
    while (verifier.asked.length === 0) await new Promise(setImmediate);
    hangUp();
    await settled;
    await new Promise(setImmediate);
    expect(verifier.reported).toHaveLength(1);
  });
});
