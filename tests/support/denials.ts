import { randomUUID } from "node:crypto";
import { symmetricEncrypt } from "better-auth/crypto";
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { expect, test } from "vitest";
import { type Answer, call, deleteUser, newKey, query, shared } from "./client";
import { UNKNOWN_IDS } from "./hostile";
import { claimsOf, newUser, type TestUser } from "./people";

/** A signing key whose public half the portal publishes as its own, so that claims alone decide about its tokens. */
type Forger = {
  kid: string;
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
};

export async function newForger(): Promise<Forger> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const kid = randomUUID();
  // Older than the portal's own key, which must stay the one that signs.
  const [publicJwk, privateJwk] = (await Promise.all([publicKey, privateKey].map(exportJWK))).map((jwk) => JSON.stringify(jwk));
  // As the portal stores its own: one that it cannot decrypt is not believed.
  const stored = await symmetricEncrypt({ key: shared().settings.BETTER_AUTH_SECRET ?? "", data: privateJwk ?? "" });
  await query("INSERT INTO jwks (id, public_key, private_key, alg, created_at) VALUES ($1, $2, $3, 'ES256', '2020-01-01')", [
    kid,
    publicJwk,
    JSON.stringify(stored),
  ]);
  const sign = (claims: JWTPayload, header = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid, ...header }).sign(privateKey);
  return { kid, sign };
}

/** The claims of a good access token of this user's session. */
export async function goodClaims(user: TestUser): Promise<JWTPayload> {
  const [session] = await query<{ id: string }>("SELECT id FROM sessions WHERE user_id = $1", [user.id]);
  return claimsOf("access", user.id, session?.id ?? "", 3600);
}

type Cast = { user: TestUser; claims: JWTPayload; forger: Forger; ownKey: { kid: string; pem: string; json: string } };

let cast: Promise<Cast> | undefined;

/** One user, their claims and a forger for all denials of a test file. */
async function assemble(): Promise<Cast> {
  const user = await newUser();
  const [claims, forger] = [await goodClaims(user), await newForger()];
  const [row] = await query<{ id: string; public_key: string }>(
    "SELECT id, public_key FROM jwks WHERE created_at > '2020-01-01' ORDER BY created_at DESC LIMIT 1",
  );
  if (!row) throw new Error("the portal has no signing key");
  const key = await importJWK(JSON.parse(row.public_key), "ES256", { extractable: true });
  if (key instanceof Uint8Array) throw new Error("the portal's key is not a public key");
  return { user, claims, forger, ownKey: { kid: row.id, pem: await exportSPKI(key), json: row.public_key } };
}

type Denial = { who: string; code: "not_authenticated" | "token_not_valid"; authorization(cast: Cast): Promise<string | null> };

const bearer = (who: string, token: (cast: Cast) => Promise<string>): Denial => ({
  who,
  code: "token_not_valid",
  authorization: async (all) => `Bearer ${await token(all)}`,
});
const withClaims = (who: string, change: JWTPayload) =>
  bearer(who, ({ claims, forger }) => forger.sign({ ...claims, ...change }));
const hmac = (claims: JWTPayload, kid: string, secret: string) =>
  new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid }).sign(new TextEncoder().encode(secret));

const past = Math.floor(Date.now() / 1000) - 7200;

/** Everyone who is not let in, on every route of the user API. */
const DENIALS: Denial[] = [
  { who: "someone without a token", code: "not_authenticated", authorization: async () => null },
  { who: "an Authorization header without a token", code: "not_authenticated", authorization: async () => "Bearer" },
  { who: "another scheme", code: "not_authenticated", authorization: async () => "Basic dXNlcjpwYXNz" },
  bearer("a token that is not a JWT", async () => "x.y.z"),
  bearer("two tokens", async ({ user }) => `${user.access} ${user.access}`),
  bearer("a changed payload", async ({ user, claims }) => {
    const [header, , signature] = user.access.split(".");
    return [header, Buffer.from(JSON.stringify({ ...claims, jti: "changed" })).toString("base64url"), signature].join(".");
  }),
  bearer("a signature of another key under the portal's key id", ({ claims, forger, ownKey }) =>
    forger.sign(claims, { kid: ownKey.kid }),
  ),
  bearer("an unknown key id", ({ claims, forger }) => forger.sign(claims, { kid: randomUUID() })),
  bearer("a key id that is no id", ({ claims, forger }) => forger.sign(claims, { kid: "../\u0000" })),
  withClaims("an expired token", { iat: past, exp: past + 3600 }),
  withClaims("a token that never expires", { exp: undefined }),
  withClaims("a token for another audience", { aud: "https://other.example" }),
  withClaims("a token without an audience", { aud: undefined }),
  withClaims("a token of another issuer", { iss: "https://other.example" }),
  withClaims("a token of another kind", { token_type: "reset" }),
  withClaims("a token of no kind", { token_type: undefined }),
  withClaims("a user id that is none", { user_id: "abc" }),
  withClaims("a session id that is none", { sid: "\u0000" }),
  withClaims("someone else's session", { user_id: randomUUID() }),
  bearer("alg none", async ({ claims }) => new UnsecuredJWT(claims).encode()),
  bearer("HS256 with the public key's PEM as the secret", ({ claims, ownKey }) => hmac(claims, ownKey.kid, ownKey.pem)),
  bearer("HS256 with the public key's JWK as the secret", ({ claims, ownKey }) => hmac(claims, ownKey.kid, ownKey.json)),
  bearer("an API key", async ({ user }) => (await newKey(user)).api_key),
  bearer("a refresh token", async ({ user }) => user.refresh),
  bearer("a banned user", async () => {
    const user = await newUser();
    await query("UPDATE users SET banned = true WHERE id = $1", [user.id]);
    return user.access;
  }),
  bearer("a deleted user", async () => {
    const user = await newUser();
    await deleteUser(user);
    return user.access;
  }),
  bearer("an ended session", async () => {
    const user = await newUser();
    await call("/api/auth/logout/", { body: { refresh: user.refresh } });
    return user.access;
  }),
];

/** Defines one test per denial: each gets the same 401, whatever is asked for. */
export function refusesOtherPeople(request: (headers: Record<string, string>) => Promise<Answer>): void {
  test.each(DENIALS)("401 for $who", async ({ code, authorization }) => {
    cast ??= assemble();
    const header = await authorization(await cast);
    const answer = await request(header === null ? {} : { Authorization: header });
    const message =
      code === "not_authenticated" ? "Authentication credentials were not provided." : "Token is invalid or expired";
    expect(answer.status).toBe(401);
    expect(answer.body).toStrictEqual({ success: false, message, error_code: "NOT_AUTHENTICATED", detail: message, code });
    expect(answer.headers.get("www-authenticate")).toBe(
      code === "not_authenticated" ? 'Bearer realm="api"' : 'Bearer realm="api", error="invalid_token"',
    );
  });

  test("not the same claims when nothing is wrong with them", async () => {
    cast ??= assemble();
    const { claims, forger } = await cast;
    const answer = await request({ Authorization: `Bearer ${await forger.sign(claims)}` });
    expect(answer.status).not.toBe(401);
  });
}

const NOT_FOUND = { success: false, message: "API key not found", error_code: "API_KEY_NOT_FOUND" };

/** Ids that must be indistinguishable from one another: another user's, a deleted key's, an unknown and malformed ones. */
export function hidesOtherKeys(request: (user: TestUser, id: string) => Promise<Answer>): void {
  const expectHidden = (answer: Answer) => {
    expect(answer.body).toStrictEqual(NOT_FOUND);
    expect(answer.status).toBe(404);
  };

  test("404 for another user's key, which stays as it was", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const key = await newKey(owner);
    const before = await query("SELECT * FROM api_keys WHERE uuid = $1", [key.id]);
    expectHidden(await request(other, key.id));
    expect(await query("SELECT * FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual(before);
  });

  test("404 for a deleted key", async () => {
    const owner = await newUser();
    const key = await newKey(owner);
    await query("UPDATE api_keys SET deleted_at = now() WHERE uuid = $1", [key.id]);
    expectHidden(await request(owner, key.id));
  });

  test.each([
    ...UNKNOWN_IDS,
    ["a number", "1"],
    ["a cut id", randomUUID().slice(1)],
    ["an id in braces", `{${randomUUID()}}`],
    ["a blank", "%20"],
    ["a stray surrogate", "%ed%a0%80"],
    ["a slash", "a%2Fb"],
    ["a quote", "'%20OR%201=1--"],
  ])("404 for %s", async (_, id) => {
    expectHidden(await request(await anyUser(), id));
  });
}

let someone: Promise<TestUser> | undefined;

/** A user for tests that leave no trace in their account. */
function anyUser(): Promise<TestUser> {
  someone ??= newUser();
  return someone;
}

/** Defines one test per way of not knowing the admin secret. `request` sends the given headers over good ones. */
export function refusesStrangers(request: (headers: Record<string, string>) => Promise<Answer>): void {
  const secret = () => shared().settings.ADMIN_API_SECRET ?? "";
  test.each<[string, () => string]>([
    ["no secret", () => ""],
    ["a wrong secret", () => "0".repeat(64)],
    ["a secret cut short", () => secret().slice(0, -1)],
    ["a secret with one character more", () => `${secret()}0`],
    ["a secret in the wrong case", () => secret().toUpperCase()],
    ["two secrets", () => `${secret()}, ${secret()}`],
    ["another of the portal's secrets", () => shared().settings.SERVICE_API_SECRET ?? ""],
    ["7 kB", () => "s".repeat(7000)],
  ])("401 for %s, before the rest is looked at", async (_, header) => {
    const answer = await request({ "X-Admin-Secret": header() });
    expect(answer.status).toBe(401);
    expect(answer.body).toStrictEqual({ success: false, error: "Unauthorized - Invalid admin secret" });
  });

  test("401 for a request that claims to have passed the gate already", async () => {
    const passed = Array(6).fill("middleware").join(":");
    const answer = await request({ "X-Admin-Secret": "wrong", "x-middleware-subrequest": passed, "x-middleware-next": "1" });
    expect(answer.status).toBe(401);
  });
}
