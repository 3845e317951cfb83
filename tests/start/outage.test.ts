import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../../scripts/postgres";
import { type Answer, type CallOptions, call, newKey, randomEmail } from "../support/client";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { registerOverHttp } from "../support/people";
import { deploymentSettings, startServer, type TestServer, until } from "../support/server";

const REQUEST_ID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
const USER_FAILURE = {
  success: false,
  message: "Temporarily unavailable. Try again shortly.",
  error_code: "TEMPORARILY_UNAVAILABLE",
  request_id: REQUEST_ID,
};
const IDENTITY_FAILURE = {
  message: "Temporarily unavailable. Try again shortly.",
  detail: "Temporarily unavailable. Try again shortly.",
  code: "temporarily_unavailable",
  request_id: REQUEST_ID,
};
const ADMIN_FAILURE = {
  success: false,
  error: "Temporarily unavailable. Try again shortly.",
  details: expect.stringMatching(/^The database (could not be reached|does not answer)\. Request [0-9a-f-]{36}\.$/),
  request_id: REQUEST_ID,
};
const PLAIN_FAILURE = {
  error: "Temporarily unavailable. Try again shortly.",
  code: "TEMPORARILY_UNAVAILABLE",
  request_id: REQUEST_ID,
};
const UNHEALTHY = {
  status: "error",
  version: "0.1.0",
  commit: "unknown",
  database: "unreachable",
  migrations: "unknown",
  started_at: expect.stringMatching(/Z$/),
};

type Phase = "before" | "outage" | "after";
/** `isRemembered`: what was answered is answered again for two seconds. It is no failure of the server's own, with an id. */
type Kind = { path: string; options: () => CallOptions; success: number; failure: unknown; isRemembered?: true };
type Seen = { kind: Kind; began: Phase; ended: Phase; answer: Answer };

let cluster: Cluster;
let server: TestServer;

beforeAll(async () => {
  cluster = await openMigrated(newFolder("outage"));
});

afterAll(async () => {
  await server.stop("SIGKILL");
  await cluster.stop("immediate");
});

test("while PostgreSQL is gone every answer says so in its dialect, and service returns with it", async () => {
  const settings: Record<string, string> = { ...deploymentSettings(cluster.url), AUTH_RATE_LIMIT_PER_MINUTE: "100000" };
  server = await startServer(settings);
  const person = await registerOverHttp(server.url);
  const { email, password, access: token, refresh } = person;
  const { id, api_key: key } = await newKey(person, { key_name: "Before" }, server.url);
  const registration = { password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
  const admin = { "X-Admin-Secret": settings.ADMIN_API_SECRET ?? "" };

  const kinds: Kind[] = [
    { path: "/api/auth/settings/", options: () => ({ token }), success: 200, failure: USER_FAILURE },
    { path: "/api/auth/usage/", options: () => ({ token }), success: 200, failure: USER_FAILURE },
    {
      path: "/api/auth/keys/create/",
      options: () => ({ token, body: { key_name: "During" } }),
      success: 201,
      failure: USER_FAILURE,
    },
    {
      path: `/api/auth/keys/${id}/regenerate/`,
      options: () => ({ token, body: { grace_seconds: 600 } }),
      success: 200,
      failure: USER_FAILURE,
    },
    { path: "/api/auth/profile/", options: () => ({ token }), success: 200, failure: IDENTITY_FAILURE },
    { path: "/api/auth/login/", options: () => ({ body: { email, password } }), success: 200, failure: IDENTITY_FAILURE },
    {
      path: "/api/auth/register/",
      options: () => ({ body: { ...registration, email: randomEmail() } }),
      success: 201,
      failure: IDENTITY_FAILURE,
    },
    {
      path: "/api/auth/token/refresh/",
      options: () => ({ body: { refresh } }),
      success: 200,
      failure: IDENTITY_FAILURE,
    },
    { path: "/api/api-keys", options: () => ({ headers: admin }), success: 200, failure: ADMIN_FAILURE },
    {
      path: "/api/api-keys",
      options: () => ({ headers: admin, body: { userId: person.id } }),
      success: 201,
      failure: ADMIN_FAILURE,
    },
    {
      path: "/api/keys/verify",
      options: () => ({ token: settings.SERVICE_API_SECRET, body: { key } }),
      success: 200,
      failure: PLAIN_FAILURE,
    },
    { path: "/api/health", options: () => ({}), success: 200, failure: UNHEALTHY, isRemembered: true },
  ];

  let phase: Phase = "before";
  let isDone = false;
  const seen: Seen[] = [];
  const count = (kind: Kind, matches: (one: Seen) => boolean) => seen.filter((one) => one.kind === kind && matches(one)).length;
  const everyKind = (matches: (one: Seen) => boolean) => kinds.every((kind) => count(kind, matches) >= 3);
  const ask = async (kind: Kind) => {
    while (!isDone) {
      const began = phase;
      const answer = await call(kind.path, kind.options(), server.url);
      seen.push({ kind, began, ended: phase, answer });
    }
  };
  const asking = Promise.all(kinds.map(ask));
  // A loop that fails must not be waited for in vain.
  const orFailure = (work: Promise<void>) => Promise.race([work, asking.then(() => {})]);

  await orFailure(until(() => everyKind(({ answer }) => answer.status < 300), "answers before"));
  await cluster.stop("immediate");
  phase = "outage";
  await orFailure(
    until(() => everyKind(({ began, answer }) => began === "outage" && answer.status === 503), "answers during the outage"),
  );
  phase = "after";
  await cluster.start();
  await orFailure(until(() => everyKind(({ began, answer }) => began === "after" && answer.status < 300), "answers after"));
  isDone = true;
  await asking;

  for (const { kind, began, ended, answer } of seen) {
    const isFailure = answer.status !== kind.success;
    if (began === "outage" && ended === "outage" && !kind.isRemembered) expect(isFailure).toBe(true);
    if (!isFailure) continue;
    expect({ path: kind.path, status: answer.status, body: answer.body }).toStrictEqual({
      path: kind.path,
      status: 503,
      body: kind.failure,
    });
    expect(answer.headers.get("content-type")).toBe("application/json");
    if (!kind.isRemembered) expect(answer.headers.get("x-request-id")).toBe(answer.body.request_id);
    if (!kind.isRemembered) expect(server.output().includes(`"id":"${answer.body.request_id}"`)).toBe(true);
  }
  // The same process all along.
  expect(server.process.exitCode).toBeNull();
});
