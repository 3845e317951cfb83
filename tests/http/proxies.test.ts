import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomAddress, shared } from "../support/client";
import { newUser } from "../support/people";
import { formOf } from "../support/plain-form";
import { startServer, type TestServer, until } from "../support/server";

const PUBLIC = "https://keys.example.com";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ...shared().settings, APP_URL: PUBLIC });
});
afterAll(() => server.stop("SIGKILL"));

type Raw = { status: number; headers: http.IncomingHttpHeaders; text: string };

/** What `fetch` does not send: any `Host`, and `Origin` beside it. */
function ask(path: string, headers: Record<string, string>, body = "", url = server.url): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const options = { method: body ? "POST" : "GET", headers: { Accept: "text/html", ...headers }, setHost: false };
    const request = http.request(url + path, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const NO_HOSTS = [
  ...[
    "x:99999",
    "x:0x1",
    "x:",
    "",
    " ",
    "a b",
    "a:1:2",
    "[::1",
    "::1",
    "http://x",
    "x/y",
    "u@x",
    "%zz",
    "x\\y",
    "ü",
    "x..y",
    "-",
  ],
  ...["*", "<x>", '"x"', "256.1.1.1", "xn--", "x,y", "a".repeat(300)],
].map((host) => Buffer.from(host).toString("latin1"));

test.each(["/", "/sign-in", "/docs", "/docs/keys", "/usage", "/nowhere", "/api/health", "/api/auth/settings/"])(
  "a Host that is none, or a scheme, changes nothing of %s",
  async (path) => {
    const { status } = await ask(path, { Host: "localhost" });
    const headers: Record<string, string>[] = [
      ...NO_HOSTS.map((host) => ({ Host: host })),
      ...NO_HOSTS.map((host) => ({ Host: "localhost", "X-Forwarded-Host": host })),
      ...["x y", "://", "javascript", "https,", ""].map((scheme) => ({ Host: "localhost", "X-Forwarded-Proto": scheme })),
    ];
    for (const sent of headers) expect([sent, (await ask(path, sent)).status]).toStrictEqual([sent, status]);
  },
);

/** Signs in by the form of the page, without scripts. Answers the status: 303 is a success, 200 shows the form again. */
async function signIn(headers: Record<string, string>): Promise<number> {
  const { email, password } = await newUser();
  const page = await ask("/sign-in", { Host: "localhost" });
  const sent = new Response(formOf(page.text, { email, password }));
  const type = { "Content-Type": sent.headers.get("content-type") ?? "" };
  return (await ask("/sign-in", { "X-Forwarded-For": randomAddress(), ...type, ...headers }, await sent.text())).status;
}

describe("A form whose Origin is that of APP_URL", () => {
  test.each<[string, Record<string, string>]>([
    ["keeps Host", { Host: "keys.example.com" }],
    ["writes its own name into Host", { Host: "10.0.0.5:3000" }],
    ["writes its own name into X-Forwarded-Host", { Host: "keys.example.com", "X-Forwarded-Host": "inner.example" }],
    ["does not say that it is https", { Host: "inner.example", "X-Forwarded-Proto": "http" }],
  ])("is taken where the proxy %s", async (_, headers) => {
    expect(await signIn({ Origin: PUBLIC, ...headers })).toBe(303);
  });

  test("is the only one that is taken under another Host", async () => {
    for (const origin of ["https://evil.example", "http://keys.example.com", "https://keys.example.com:8443", "null"])
      expect(await signIn({ Origin: origin, Host: "inner.example" })).toBe(403);
  });
});

describe("A form of a page of another site", () => {
  test.each<[string, Record<string, string>]>([
    ["names it", { Origin: "https://evil.example" }],
    ["hides it", { Origin: "null" }],
    ["names nothing that is one", { Origin: "evil" }],
    ["names none", { Origin: "" }],
    ["names what cannot be one, as its Host does", { Origin: "http://[", Host: "[" }],
    ["names two", { Origin: `${PUBLIC}, https://evil.example` }],
    ["names a look-alike", { Origin: "http://localhost.evil.example" }],
    ["names the portal at another port", { Origin: "http://localhost:1" }],
    ["is one of a sibling, by its browser", { "Sec-Fetch-Site": "same-site" }],
    ["is one of a stranger, by its browser", { "Sec-Fetch-Site": "cross-site" }],
    ["is sent by its scripts", { Origin: "https://evil.example", "Next-Action": "ab".repeat(21) }],
  ])("is refused in words where it %s, and that is no failure of ours", async (_, headers) => {
    const before = server.output().length;
    const sent = { "Content-Type": "multipart/form-data; boundary=XX", "Content-Length": "8", ...headers };
    for (const path of ["/sign-in", "/usage", "/nowhere"]) {
      const answer = await ask(path, { Host: "localhost", ...sent }, "--XX--\r\n");
      expect([answer.status, answer.headers["content-type"]]).toStrictEqual([403, "text/plain; charset=utf-8"]);
      expect(answer.text).toContain("so nothing was done.");
      const id = `"id":"${answer.headers["x-request-id"]}"`;
      const warning = () =>
        server
          .output()
          .split("\n")
          .find((line) => line.includes(id) && line.includes('"level":"warn"'));
      await until(() => warning() !== undefined, "its warning");
    }
    expect(server.output().slice(before)).not.toMatch(/"level":"error"|evil/);
  });

  test("is none that a page of ours sent through a proxy which says little or too much", async () => {
    const taken: Record<string, string>[] = [
      { Origin: "https://public.example", Host: "public.example" },
      { Origin: "http://public.example", Host: "PUBLIC.example", "X-Forwarded-Proto": "https" },
      { Origin: "https://public.example", Host: "public.example", "X-Forwarded-Host": "inner.example" },
      { Origin: "https://public.example", Host: "inner.example", "X-Forwarded-Host": "public.example" },
      { Host: "public.example", "Sec-Fetch-Site": "same-origin" },
      { Host: "public.example" },
    ];
    for (const headers of taken) expect([headers, await signIn(headers)]).toStrictEqual([headers, 303]);
  });
});

test("a form that cannot be read is no failure of ours", async () => {
  const before = server.output().length;
  const type = { "Content-Type": "multipart/form-data; boundary=XX" };
  expect((await ask("/sign-in", { Host: "localhost", ...type }, "garbage")).status).toBe(400);
  const told = () => server.output().slice(before);
  await until(() => /"level":"warn".*a form that cannot be read was refused/.test(told()), "its warning");
  expect(told()).not.toContain('"level":"error"');
});

describe("What a proxy says of the client", () => {
  const sentence = "The proxy says something of the client that is no address";
  const told = () => server.output().split(sentence).length - 1;

  test("is in the line of the request; what is no address is warned of once, and not repeated", async () => {
    const lineOf = (id: unknown) =>
      server
        .output()
        .split("\n")
        .find((line) => line.includes(`"id":"${id}"`));
    const addressBehind = async (forwarded: string) => {
      const { headers } = await ask("/api/health", { Host: "localhost", "X-Forwarded-For": forwarded });
      await until(() => lineOf(headers["x-request-id"]) !== undefined, "its line");
      return JSON.parse(lineOf(headers["x-request-id"]) ?? "{}").address;
    };
    expect(await addressBehind('198.51.100.7, "[2001:DB9::5]:443"')).toBe("2001:db9::5");
    expect(await addressBehind("198.51.100.7, 203.0.113.9:51234")).toBe("203.0.113.9");
    expect(told()).toBe(0);
    expect(await addressBehind("198.51.100.7, _hidden-client")).toBe("127.0.0.1");
    expect(await addressBehind("198.51.100.7, unknown")).toBe("127.0.0.1");
    expect(told()).toBe(1);
    expect(server.output()).not.toContain("_hidden-client");
  });
});

test("every answer, whoever gives it, keeps pages of others out, and people on https", async () => {
  const form = { "Content-Type": "multipart/form-data; boundary=XX" };
  const answers: [string, Record<string, string>, string?][] = [
    ["/sign-in", {}],
    ["/nowhere", {}],
    ["/keys", {}],
    ["/favicon.ico", {}],
    ["/_next/static/nowhere.js", {}],
    ["/.well-known/change-password", {}],
    ["/api/health", {}],
    ["/api/nowhere", {}],
    ["/api/auth/settings/", { Origin: "https://evil.example" }],
    ["/api/keys/verify", { "Content-Length": "2" }, "{}"],
    ["/sign-in", { ...form, Origin: "https://evil.example" }, "--XX--"],
    ["/sign-in", { ...form, Origin: "http://localhost" }, "garbage"],
    ["/sign-in", { Expect: "something" }],
    ["/sign-in", { "X-Long": "a".repeat(20_000) }],
  ];
  for (const [path, sent, body] of answers) {
    const { status, headers } = await ask(path, { Host: "localhost", ...sent }, body);
    expect([path, status, headers]).toStrictEqual([
      path,
      status,
      expect.objectContaining({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "strict-origin-when-cross-origin",
        "permissions-policy": expect.stringContaining("camera=()"),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "strict-transport-security": "max-age=31536000",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "x-request-id": expect.any(String),
      }),
    ]);
  }
});
