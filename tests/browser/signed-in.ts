import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import type { APIRequestContext } from "@playwright/test";
import pg from "pg";
import { test as base, expect, randomEmail } from "./fixtures";

export type Person = { id: string; email: string; password: string; access: string };
export type MadeKey = { id: string; api_key: string; secret_key: string };

type Fixtures = {
  /** Someone new, whose session the browser has. */
  person: Person;
  /** Makes a key of that person over HTTP. */
  makeKey: (fields?: Record<string, unknown>) => Promise<MadeKey>;
  query: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
};

export const test = base.extend<Fixtures>({
  person: async ({ page, baseURL }, use) => {
    const person = await register(page.request);
    await signIn(page.request, person, baseURL ?? "");
    await use(person);
  },
  makeKey: async ({ page, person }, use) => use((fields) => makeKey(page.request, person, fields)),
  query: async ({ deployment }, use) => {
    const connectionString = deployment.settings.DATABASE_URL ?? "";
    const { hostname } = new URL(connectionString);
    if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) throw new Error(`tests refuse the database at ${hostname}`);
    const pool = new pg.Pool({ connectionString, max: 1 });
    await use(async (text, values = []) => (await pool.query(text, values)).rows);
    await pool.end();
  },
});

export { expect };

export async function register(request: APIRequestContext): Promise<Person> {
  const email = randomEmail();
  const password = `pw-${randomBytes(9).toString("base64url")}`;
  const data = { email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
  const answer = await request.post("/api/auth/register/", { data });
  expect(answer.status()).toBe(201);
  const { user, tokens } = await answer.json();
  return { id: user.id, email, password, access: tokens.access };
}

/** The session cookie, as the sign-in page would get it. */
export async function signIn(request: APIRequestContext, { email, password }: Person, origin: string): Promise<void> {
  const answer = await request.post("/api/auth/sign-in/email", { data: { email, password }, headers: { Origin: origin } });
  expect(answer.status()).toBe(200);
}

export async function makeKey(
  request: APIRequestContext,
  person: Person,
  fields: Record<string, unknown> = {},
): Promise<MadeKey> {
  const answer = await request.post("/api/auth/keys/create/", {
    data: { key_name: "Test key", ...fields },
    headers: { Authorization: `Bearer ${person.access}` },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()).data;
}

/** What the data plane says of a credential. */
export async function verifyCode(request: APIRequestContext, settings: Record<string, string>, key: string): Promise<string> {
  const answer = await request.post("/api/keys/verify", {
    data: { key, cost: 0 },
    headers: { Authorization: `Bearer ${settings.SERVICE_API_SECRET}` },
  });
  return (await answer.json()).code;
}

/** Reports calls of a key now, signed as the Public API signs them. */
export async function reportCalls(
  request: APIRequestContext,
  settings: Record<string, string>,
  apiKey: string,
  calls: number,
): Promise<void> {
  const events = Array.from({ length: calls }, () => ({ id: randomUUID(), apiKey, delta: 1 }));
  const body = JSON.stringify({ events });
  const signature = createHmac("sha256", settings.USAGE_WEBHOOK_SECRET ?? "")
    .update(body)
    .digest("hex");
  const answer = await request.post("/usage", {
    data: Buffer.from(body),
    headers: { "Content-Type": "application/json", "x-signature": signature },
  });
  expect(answer.status()).toBe(200);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
