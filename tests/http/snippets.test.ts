import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPERATIONS } from "../../app/docs/reference/document";
import { RESET_TOKEN } from "../../app/docs/reference/identity-samples";
import type { Operation } from "../../app/docs/reference/operation";
import { type Snippets, snippetsOf } from "../../app/docs/reference/snippets";
import { FEED_EXAMPLES } from "../../app/docs/reference/verifiers";
import { adminCall, newKey, query, randomEmail, shared } from "../support/client";
import { begin } from "../support/feed";
import { newMailedToken, newUser, signInByCookie } from "../support/people";
import { cleanEnvironment, startServer, type TestServer } from "../support/server";
import { newService } from "../support/services";

// Python is not on every machine that runs the tests.
type Language = Exclude<keyof Snippets, "python">;

let server: TestServer;
let service = "";

beforeAll(async () => {
  // Snippets come from one address, as other tests do at the same time: the usual limit would be theirs together.
  const AUTH_RATE_LIMIT_PER_MINUTE = "100000";
  server = await startServer({ ...shared().settings, APP_URL: shared().url, AUTH_RATE_LIMIT_PER_MINUTE });
  service = (await newService({ scopes: ["verify", "usage", "feed", "admin:read", "admin:write"] })).credential;
});

afterAll(() => server.stop("SIGKILL"));

/** What someone who pastes a snippet has: an account, keys, a session. */
async function newReader() {
  const user = await newUser();
  const [key, staffKey, cookie] = [
    await newKey(user),
    await adminCall("/api/api-keys", { body: { userId: user.id } }),
    await signInByCookie(user),
  ];
  await query("UPDATE api_keys SET self_rotation = true WHERE uuid = $1", [key.id]);
  const { session, token, epoch, snapshot } = await begin(service, {}, server.url);
  const [change] = await query<{ name: string }>(
    "INSERT INTO key_changes (kind, user_id, narrows) VALUES ('o', $1, true) RETURNING seq || '.' || xid AS name",
    [user.id],
  );
  const feed = {
    session,
    token,
    epoch,
    cursor: snapshot?.cursor ?? "",
    page: snapshot?.pages[0] ?? "",
    change: change?.name ?? "",
  };
  return { ...user, key, staffKeyId: String(staffKey.body.key.id), cookie, feed };
}

/** Runs a snippet as it is, with the reader's own in place of the examples, and answers the status that it was answered. */
async function run(operation: Operation, language: Language, reader: Awaited<ReturnType<typeof newReader>>): Promise<string> {
  const own: [example: string, value: string][] = [
    ["asha@example.com", operation.id === "register" ? randomEmail() : reader.email],
    ["correct horse battery", reader.password],
    ["eyJhbGciOiJFUzI1NiIs…", reader.refresh],
    ["user-id-string", reader.id],
    ["user@example.com", operation.id === "adminCreateUser" ? randomEmail() : reader.email],
    ["order-1042", randomUUID()],
    ["mf_live_abc123...", reader.key.api_key],
    ["550e8400-e29b-41d4-a716-446655440000", reader.key.id],
    [RESET_TOKEN, operation.id === "resetPassword" ? await newMailedToken("reset-password", reader) : ""],
  ];
  // Others that look like these are no ids of the feed.
  if (operation.path.startsWith("/api/verifier/"))
    for (const [name, example] of Object.entries(FEED_EXAMPLES))
      own.push([example, reader.feed[name as keyof typeof FEED_EXAMPLES]]);
  const snippet = snippetsOf(operation, server.url)[language];
  const script = own.reduce((text, [example, value]) => text.replaceAll(example, value), snippet);
  const env = {
    ...cleanEnvironment(),
    ...shared().settings,
    NO_PROXY: "*",
    ACCESS_TOKEN: reader.access,
    SESSION_COOKIE: reader.cookie,
    API_KEY: reader.key.api_key,
    SERVICE_CREDENTIAL: service,
    USER_ID: reader.id,
    KEY_ID: operation.callers.includes("adminSecret") ? reader.staffKeyId : reader.key.id,
  };
  const [command = "", ...options] = {
    curl: ["bash", "-c", script.replaceAll("curl ", "curl -sS -o /dev/null -w '%{http_code}' ")],
    javascript: [process.execPath, "--input-type=module", "-e", script],
  }[language];
  // A round of the feed is as long as what changed since its cursor.
  return (await promisify(execFile)(command, options, { env, maxBuffer: 64 * 1024 * 1024 })).stdout.slice(0, 3);
}

test.each<Language>(["curl", "javascript"])(
  "every %s snippet of the reference does what it says",
  async (language) => {
    const reader = await newReader();
    const statuses: string[] = [];
    for (const operation of OPERATIONS) {
      const isRestored = operation.id === "adminRestoreKey";
      const own = operation.ends || isRestored ? await newReader() : reader;
      if (isRestored) await query("UPDATE api_keys SET deleted_at = now() WHERE id = $1", [own.staffKeyId]);
      const status = await run(operation, language, own);
      statuses.push(`${operation.id} ${status}`);
    }
    expect(statuses).toStrictEqual(OPERATIONS.map(({ id, answers }) => `${id} ${answers[0]?.status}`));
    // Many programs, one after the other, on a machine that may be busy: what never comes fails all the same.
  },
  240_000,
);
