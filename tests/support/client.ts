import { createHash, randomBytes } from "node:crypto";
import { readTarget } from "../../lib/request/target";
import { type Conformance, conformanceTo } from "./conformance";
import { query } from "./database";
import { findShared, shared } from "./portal";

export { query, shared };

/** An answer as a client sees it. `body` is parsed JSON: a body that is not JSON fails the test. */
export type Answer = { status: number; headers: Headers; text: string; body: any };

export type CallOptions = {
  method?: string;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array;
  token?: string;
  headers?: Record<string, string>;
};

/**
 * One request, redirects off. Requests name an address of their own through the loopback proxy header, so that tests do
 * not throttle one another.
 */
export async function call(
  path: string,
  { method, body, raw, token, headers = {} }: CallOptions = {},
  url = shared().url,
): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const verb = method ?? (payload === undefined ? "GET" : "POST");
  const response = await fetch(url + path, {
    method: verb,
    headers: {
      "X-Forwarded-For": randomAddress(),
      ...(payload === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: payload as BodyInit | undefined,
    redirect: "manual",
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text, body: text === "" ? undefined : JSON.parse(text) };
  if (readTarget(path).startsWith("/api/")) requireApiRules(path, answer);
  await requireDocumented(verb, path, typeof payload === "string" ? payload : undefined, answer, url);
  return answer;
}

let conformance: Promise<Conformance> | undefined;

/** The API reference knows every answer that any test sees: its status and each of its fields. */
async function requireDocumented(method: string, path: string, sent: string | undefined, answer: Answer, url: string) {
  // Another program at another address, such as the example of a Public API.
  if (!/^\/(api|usage$)/.test(readTarget(path))) return;
  conformance ??= fetch(`${findShared()?.url || url}/api/openapi.json`).then(async (served) =>
    conformanceTo(await served.json()),
  );
  const problem = (await conformance).judge({ method, path, sent, ...answer });
  if (problem) throw new Error(`${method} ${path} is not as the API reference says: ${problem}\n${answer.text}`);
}

const FORBIDDEN_WORDS = /unauthorized|authentication|permission denied|token expired|not authenticated/i;

/** What holds for every answer below /api/, whatever was asked: each test checks it in passing. */
function requireApiRules(path: string, { status, headers, text }: Answer): void {
  const broken = (rule: string) => new Error(`${path} answered ${status} and breaks a rule of every API route: ${rule}\n${text}`);
  if (status >= 300 && status < 400) throw broken("no redirects");
  if (status !== 204 && !headers.get("content-type")?.startsWith("application/json")) throw broken("bodies are JSON");
  if (status !== 401 && FORBIDDEN_WORDS.test(text)) throw broken("words of authentication errors appear only in those");
  if (!/^[0-9a-f-]{36}$/.test(headers.get("x-request-id") ?? "")) throw broken("a request id");
  if (status !== 204 && path !== "/api/health" && headers.get("cache-control") !== "no-store") throw broken("no-store");
}

/** A call of the admin API with the right secret. */
export function adminCall(path: string, options: CallOptions = {}, url = shared().url): Promise<Answer> {
  const headers = { "X-Admin-Secret": shared().settings.ADMIN_API_SECRET ?? "", ...options.headers };
  return call(path, { ...options, headers }, url);
}

/** A call of the data plane with the right secret. */
export function verify(body: unknown): Promise<Answer> {
  return call("/api/keys/verify", { body, token: shared().settings.SERVICE_API_SECRET });
}

/** What the data plane says of a credential. */
export async function verifyCode(key: string): Promise<string> {
  return (await verify({ key, cost: 0 })).body.code;
}

/** What the pages send instead of a pasted credential. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Timestamps on the wire: ISO 8601 UTC with milliseconds. */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function randomEmail(): string {
  return `user-${randomBytes(8).toString("hex")}@example.com`;
}

export function randomAddress(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3);
  return `203.${a}.${b}.${c}`;
}

export type TestKey = { id: string; api_key: string; secret_key: string };

/** Creates a key of theirs over HTTP. */
export async function newKey(
  { access: token }: { access: string },
  fields: Record<string, unknown> = {},
  url = shared().url,
): Promise<TestKey> {
  const answer = await call("/api/auth/keys/create/", { token, body: { key_name: "Test API Key", ...fields } }, url);
  if (answer.status !== 201) throw new Error(`creating a key answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** Gives a user this balance, by the ledger as anything that changes one. */
export async function setCredits(user: { id: string }, credits: number): Promise<void> {
  await query(
    "INSERT INTO credit_entries (user_id, amount, kind) SELECT id, $2::bigint - credits, 'adjustment' FROM users WHERE id = $1",
    [user.id, credits],
  );
}

/** Takes a user away whose ledger, and the rule that nobody does, would otherwise hold them. Sessions go along, as the schema says. */
export async function deleteUser({ id }: { id: string }): Promise<void> {
  const statements = ["sessions WHERE user_id", "accounts WHERE user_id", "users WHERE id"].map(
    (what) => `DELETE FROM ${what} = '${id}'`,
  );
  const allow = "ALTER TABLE users DISABLE TRIGGER users_kept";
  const refuse = "ALTER TABLE users ENABLE ALWAYS TRIGGER users_kept";
  await query(["BEGIN", "SET LOCAL session_replication_role = replica", allow, ...statements, refuse, "COMMIT"].join("; "));
}
