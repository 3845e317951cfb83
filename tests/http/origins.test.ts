import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, adminCall, call, shared } from "../support/client";
import { newUser } from "../support/people";
import { startServer, type TestServer } from "../support/server";

const SEED_ORIGINS = [
  "https://portal.datazag.com",
  "http://localhost:3000",
  "https://datazag-vercel.vercel.app",
  "https://datazag-vercel-datazag.vercel.app",
  "https://datazag-vercel-git-master-datazag.vercel.app",
];
const REFUSALS = {
  "/api/auth/settings/": { success: false, message: "Origin not allowed", error_code: "ORIGIN_NOT_ALLOWED" },
  "/api/api-keys": { success: false, error: "Origin not allowed" },
  "/api/users": { success: false, error: "Origin not allowed" },
};
const PATHS = Object.keys(REFUSALS) as (keyof typeof REFUSALS)[];

function expectNoGrant({ headers }: Answer): void {
  expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toStrictEqual([]);
}

function expectRefused(answer: Answer, path: keyof typeof REFUSALS): void {
  expect(answer.status).toBe(403);
  expect(answer.body).toStrictEqual(REFUSALS[path]);
  expectNoGrant(answer);
}

function expectGranted({ headers }: Answer, origin: string): void {
  expect(headers.get("access-control-allow-origin")).toBe(origin);
  expect(headers.get("vary")?.split(/, */)).toContain("Origin");
  expect(headers.get("access-control-allow-credentials")).toBeNull();
}

describe("An allowed origin", () => {
  test.each(SEED_ORIGINS)("%s is granted preflights of both APIs, in both slash forms", async (origin) => {
    for (const [path, methods, allowed] of [
      [
        "/api/auth/keys/create",
        "GET, POST, PUT, PATCH, DELETE, OPTIONS",
        ["Authorization", "Content-Type", "Accept", "X-Requested-With"],
      ],
      ["/api/api-keys", "GET, POST, DELETE, OPTIONS", ["Content-Type", "X-Admin-Secret", "Idempotency-Key"]],
      ["/api/users", "GET, POST, DELETE, OPTIONS", ["Content-Type", "X-Admin-Secret", "Idempotency-Key"]],
      ["/api/api-keys/1", "GET, POST, DELETE, OPTIONS", ["Content-Type", "X-Admin-Secret", "Idempotency-Key"]],
    ] as const) {
      for (const form of [path, `${path}/`]) {
        const headers = { Origin: origin, "Access-Control-Request-Method": "POST" };
        const answer = await call(form, { method: "OPTIONS", headers });
        expect(answer.status).toBe(204);
        expectGranted(answer, origin);
        expect(answer.headers.get("access-control-allow-methods")).toBe(methods);
        expect(answer.headers.get("access-control-allow-headers")?.split(", ")).toStrictEqual(
          expect.arrayContaining([...allowed]),
        );
        expect(answer.headers.get("access-control-max-age")).toBe("86400");
      }
    }
  });

  test("may be the deployment's own", async () => {
    const origin = shared().url;
    const answer = await adminCall("/api/api-keys?limit=1", { headers: { Origin: origin } });
    expect(answer.status).toBe(200);
    expectGranted(answer, origin);
  });

  test("may be the deployment's own behind a proxy that says how it was reached", async () => {
    const origin = "https://keys.example.com";
    const headers = { Origin: origin, "X-Forwarded-Host": "keys.example.com", "X-Forwarded-Proto": "https" };
    expectGranted(await adminCall("/api/api-keys?limit=1", { headers }), origin);
    expectRefused(
      await adminCall("/api/api-keys", { headers: { ...headers, Origin: "http://keys.example.com" } }),
      "/api/api-keys",
    );
  });

  test("is told so with every status", async () => {
    const Origin = SEED_ORIGINS[0] ?? "";
    const { access: token } = await newUser();
    const answers = {
      200: await call("/api/auth/settings/", { token, headers: { Origin } }),
      201: await call("/api/auth/keys/create/", { token, body: { key_name: "a" }, headers: { Origin } }),
      400: await call("/api/auth/keys/create/", { token, body: {}, headers: { Origin } }),
      401: await call("/api/auth/settings/", { headers: { Origin } }),
      404: await call("/api/auth/nowhere", { headers: { Origin } }),
      405: await call("/api/auth/settings/", { method: "DELETE", headers: { Origin } }),
      413: await call("/api/auth/keys/create/", { token, raw: " ".repeat(70_000), headers: { Origin } }),
    };
    for (const [status, answer] of Object.entries(answers)) {
      expect(answer.status).toBe(Number(status));
      expectGranted(answer, Origin);
    }
    const admin = {
      200: await adminCall("/api/api-keys?limit=1", { headers: { Origin } }),
      400: await adminCall("/api/api-keys", { body: {}, headers: { Origin } }),
      401: await call("/api/api-keys", { headers: { Origin } }),
      404: await adminCall("/api/api-keys/2147483647", { method: "DELETE", headers: { Origin } }),
      405: await adminCall("/api/api-keys", { method: "PUT", headers: { Origin } }),
    };
    for (const [status, answer] of Object.entries(admin)) {
      expect(answer.status).toBe(Number(status));
      expectGranted(answer, Origin);
    }
  });
});

describe("No Origin header", () => {
  test("is server to server: nothing is refused or granted", async () => {
    for (const path of PATHS) {
      const preflight = await call(path, { method: "OPTIONS" });
      expect(preflight.status).toBe(204);
      expectNoGrant(preflight);
    }
    const answer = await adminCall("/api/api-keys?limit=1");
    expect(answer.status).toBe(200);
    expectNoGrant(answer);
  });
});

describe("Any other origin", () => {
  test.each([
    "null",
    "*",
    "https://evil.example",
    "http://portal.datazag.com",
    "https://portal.datazag.com:443",
    "https://portal.datazag.com:8443",
    "https://portal.datazag.com/",
    "https://PORTAL.datazag.com",
    "HTTPS://portal.datazag.com",
    "https://portal.datazag.com.evil.example",
    "https://evil-portal.datazag.com",
    "https://portaldatazag.com",
    "https://portal.datazag.com@evil.example",
    "https://user@portal.datazag.com",
    "https://portal.datazag.com, https://evil.example",
    "https://portal.datazag.com https://evil.example",
    "https://portal.datazag.com%00.evil.example",
    "https://datazag-vercel-git-other-datazag.vercel.app",
    "https://localhost:3000",
    "http://localhost:3001",
    "http://127.0.0.1:3000",
    "file://",
    "portal.datazag.com",
    "https://portal.datazag.com".repeat(200),
  ])("%s is refused before anyone is asked who they are", async (origin) => {
    const { access } = await anyUser();
    for (const path of PATHS) {
      expectRefused(await call(path, { headers: { Origin: origin } }), path);
      expectRefused(await call(path, { method: "OPTIONS", headers: { Origin: origin } }), path);
      expectRefused(await call(`${path.replace(/\/$/, "")}/`, { method: "POST", raw: "{", headers: { Origin: origin } }), path);
    }
    expectRefused(await adminCall("/api/api-keys", { headers: { Origin: origin } }), "/api/api-keys");
    const answer = await call("/api/auth/settings/", { token: access, headers: { Origin: origin } });
    expectRefused(answer, "/api/auth/settings/");
  });

  test("is refused on identity routes and unknown paths too", async () => {
    for (const path of ["/api/auth/login/", "/api/auth/jwks", "/api/auth/nowhere", "/api/auth"])
      expectRefused(await call(path, { headers: { Origin: "https://evil.example" } }), "/api/auth/settings/");
  });
});

describe("ALLOWED_ORIGINS", () => {
  let server: TestServer;
  beforeAll(async () => {
    const ALLOWED_ORIGINS = " https://app.example.com:8443 ,https://datazag-vercel-git-*-datazag.vercel.app,";
    server = await startServer({ ...shared().settings, ALLOWED_ORIGINS, VERCEL_BRANCH_URL: "branch.vercel.app" });
  });
  afterAll(() => server.stop("SIGKILL"));

  const ask = (origin: string) => adminCall("/api/api-keys?limit=1", { headers: { Origin: origin } }, server.url);

  test.each([
    "https://app.example.com:8443",
    "https://datazag-vercel-git-feature-1-datazag.vercel.app",
    "https://datazag-vercel-git-x-datazag.vercel.app",
    "https://branch.vercel.app",
    "https://portal.datazag.com",
  ])("admits %s", async (origin) => {
    const answer = await ask(origin);
    expect(answer.status).toBe(200);
    expectGranted(answer, origin);
  });

  test.each([
    "https://app.example.com",
    "http://app.example.com:8443",
    "https://app.example.com:8443/",
    "https://datazag-vercel-git--datazag.vercel.app",
    "https://datazag-vercel-git-a.b-datazag.vercel.app",
    "https://datazag-vercel-git-a_b-datazag.vercel.app",
    "https://datazag-vercel-git-A-datazag.vercel.app",
    "https://datazag-vercel-git-a/b-datazag.vercel.app",
    "https://datazag-vercel-git-*-datazag.vercel.app",
    "https://datazag-vercel-git-evil.example/-datazag.vercel.app",
    "https://datazag-vercel-git-a-datazag.vercel.app.evil.example",
    "https://datazag-vercel-git-a-datazag.vercel.app:8443",
    "http://branch.vercel.app",
  ])("refuses %s", async (origin) => {
    expectRefused(await ask(origin), "/api/api-keys");
  });
});

let someone: ReturnType<typeof newUser> | undefined;
function anyUser() {
  someone ??= newUser();
  return someone;
}
