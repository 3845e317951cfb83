import { expect, test } from "vitest";
import { call, query, shared } from "../support/client";
import { cookieOf } from "../support/cookies";
import { newUser, registerOverHttp, sessionCookieName, signInByCookie, type TestUser } from "../support/people";

// Most tests' people are written into the database. They are what the portal makes of those who register and sign in.

const ROWS = [
  "users WHERE id = $1",
  "accounts WHERE user_id = $1",
  "sessions WHERE user_id = $1 ORDER BY created_at",
  "credit_entries WHERE user_id = $1",
  "audit_entries WHERE target_id = $1::text ORDER BY id",
];
const OWN =
  /^(id|uuid|email|token|at|xid|address|ip_address|request_id|(created|updated|expires|confirmed|last_login)_at|password)$/;

/** Every column of every row about someone, but of what is each one's own only the kind. */
async function rowsOf(user: TestUser): Promise<unknown> {
  const tables = await Promise.all(ROWS.map((rows) => query(`SELECT * FROM ${rows}`, [user.id])));
  const text = JSON.stringify(tables, (name, value) => (OWN.test(name) && value !== null ? shapeOf(value) : value));
  return JSON.parse(text.replaceAll(user.id, "their id"));
}

function shapeOf(value: unknown): string {
  if (value instanceof Date || (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value))) return "an instant";
  return `${typeof value} of ${String(value).length > 20 ? "many" : "few"} characters`;
}

const shapeOfToken = (token: string) => {
  const [header, payload] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
  const claims = JSON.parse(payload ?? "");
  return {
    header,
    names: Object.keys(claims).sort(),
    type: claims.token_type,
    seconds: claims.exp - claims.iat,
    iss: claims.iss,
    aud: claims.aud,
  };
};

test("someone who is new is as somebody who registered, and has tokens like theirs", async () => {
  const [made, registered] = [await newUser(), await registerOverHttp()];
  await query("UPDATE sessions SET user_agent = '' WHERE user_id = ANY($1)", [[made.id, registered.id]]);
  expect(await rowsOf(made)).toStrictEqual(await rowsOf(registered));
  expect(shapeOfToken(made.access)).toStrictEqual(shapeOfToken(registered.access));
  expect(shapeOfToken(made.refresh)).toStrictEqual(shapeOfToken(registered.refresh));
  const { body } = await call("/api/auth/login/", { body: { email: made.email, password: made.password } });
  expect(body.user.id).toBe(made.id);
});

test("someone who is signed in is as somebody who gave the password", async () => {
  const [made, real] = [await newUser(), await registerOverHttp()];
  const body = { email: real.email, password: real.password };
  const answer = await call("/api/auth/sign-in/email", { body, headers: { Origin: shared().url, "User-Agent": "node" } });
  const cookies = [await signInByCookie(made), cookieOf(answer).replace(/; latchkey-\d+\.devices=[\w.-]+$/, "")];
  await query("UPDATE sessions SET user_agent = '' WHERE user_id = ANY($1)", [[made.id, real.id]]);
  expect(await rowsOf(made)).toStrictEqual(await rowsOf(real));
  const shapes = cookies.map((cookie) => decodeURIComponent(cookie).replace(/=[0-9A-Za-z]{32}\..{43}=$/, "=token.signature"));
  expect(shapes).toStrictEqual(Array(2).fill(`${sessionCookieName()}=token.signature`));
});
