import http from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, deleteUser, query, shared } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { startServer, type TestServer } from "../support/server";

let issuer: http.Server;
let issuerUrl: string;
let server: TestServer;
let keys: CryptoKeyPair;
let pem: string;

beforeAll(async () => {
  keys = await generateKeyPair("RS256", { extractable: true });
  pem = await exportSPKI(keys.publicKey);
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "issuer-key", alg: "RS256", use: "sig" }] });
  issuer = http.createServer((request, response) => {
    response.writeHead(request.url === "/.well-known/jwks.json" ? 200 : 404, { "Content-Type": "application/json" });
    response.end(jwks);
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const JWT_TRUSTED_ISSUERS = `${issuerUrl}/.well-known/jwks.json,https://silent.example|${issuerUrl}/gone`;
  server = await startServer({ ...shared().settings, APP_URL: shared().url, JWT_TRUSTED_ISSUERS });
});
afterAll(async () => {
  await server.stop();
  await new Promise((resolve) => issuer.close(resolve));
});

async function verifiedUser(): Promise<TestUser> {
  const user = await newUser();
  await query("UPDATE users SET email_verified = true WHERE id = $1", [user.id]);
  return user;
}

function claimsFor(user: TestUser): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuerUrl,
    aud: shared().url,
    sub: "someone-at-the-issuer",
    email: user.email,
    email_verified: true,
    iat: now,
    exp: now + 600,
  };
}

const sign = (claims: JWTPayload, key: CryptoKey = keys.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "issuer-key" }).sign(key);
const ask = (token: string, url = server.url) => call("/api/auth/profile/", { token }, url);

describe("A token of a trusted issuer", () => {
  test("whose keys cannot be fetched is a 500 and no sign-out", async () => {
    const answer = await ask(await sign({ ...claimsFor(await verifiedUser()), iss: "https://silent.example" }));
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ code: "issuer_unavailable", request_id: answer.headers.get("x-request-id") });
  });

  test("speaks for the portal's user with that verified address, in any case", async () => {
    const user = await verifiedUser();
    const answer = await ask(await sign({ ...claimsFor(user), email: user.email.toUpperCase() }));
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(user.id);
  });

  test("makes keys that belong to that user", async () => {
    const user = await verifiedUser();
    const token = await sign(claimsFor(user));
    expect((await call("/api/auth/keys/create/", { token, body: { key_name: "a" } }, server.url)).status).toBe(201);
    expect(await query("SELECT 1 FROM api_keys WHERE user_id = $1", [user.id])).toHaveLength(1);
  });

  test("leaves the portal's own tokens as they were", async () => {
    expect((await ask((await newUser()).access)).status).toBe(200);
  });

  test.each<[string, (user: TestUser) => Promise<string>]>([
    ["an expired one", (user) => sign({ ...claimsFor(user), exp: Math.floor(Date.now() / 1000) - 60 })],
    ["one that never expires", (user) => sign({ ...claimsFor(user), exp: undefined })],
    ["one for another audience", (user) => sign({ ...claimsFor(user), aud: "https://other.example" })],
    ["one without an audience", (user) => sign({ ...claimsFor(user), aud: undefined })],
    ["one of an issuer that is not trusted", (user) => sign({ ...claimsFor(user), iss: "https://other.example" })],
    ["one that names the portal as its issuer", (user) => sign({ ...claimsFor(user), iss: shared().url })],
    ["one whose issuer did not verify the address", (user) => sign({ ...claimsFor(user), email_verified: false })],
    ["one that says nothing of verification", (user) => sign({ ...claimsFor(user), email_verified: undefined })],
    ["one that says so as text", (user) => sign({ ...claimsFor(user), email_verified: "true" })],
    ["one without an address", (user) => sign({ ...claimsFor(user), email: undefined })],
    ["one for an address that nobody has", (user) => sign({ ...claimsFor(user), email: `x${user.email}` })],
    ["a refresh token", (user) => sign({ ...claimsFor(user), token_type: "refresh" })],
    ["another key's signature", async (user) => sign(claimsFor(user), (await generateKeyPair("RS256")).privateKey)],
    ["alg none", async (user) => new UnsecuredJWT(claimsFor(user)).encode()],
    [
      "HS256 with the public key as the secret",
      (user) =>
        new SignJWT(claimsFor(user)).setProtectedHeader({ alg: "HS256", kid: "issuer-key" }).sign(new TextEncoder().encode(pem)),
    ],
  ])("is refused: %s", async (_, forge) => {
    const answer = await ask(await forge(await verifiedUser()));
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe("token_not_valid");
  });

  test.each([
    ["has not verified the address here", "UPDATE users SET email_verified = false WHERE id = $1"],
    ["is banned", "UPDATE users SET banned = true WHERE id = $1"],
  ])("is refused for a user who %s", async (_, statement) => {
    const user = await verifiedUser();
    const token = await sign(claimsFor(user));
    await query(statement, [user.id]);
    expect((await ask(token)).status).toBe(401);
  });

  test("is refused for a user who is deleted", async () => {
    const user = await verifiedUser();
    await deleteUser(user);
    expect((await ask(await sign(claimsFor(user)))).status).toBe(401);
  });

  test("is refused where the issuer is not configured", async () => {
    expect((await ask(await sign(claimsFor(await verifiedUser())), shared().url)).status).toBe(401);
  });

  test("is no refresh token", async () => {
    const refresh = await sign({ ...claimsFor(await verifiedUser()), token_type: "refresh" });
    expect((await call("/api/auth/token/refresh/", { body: { refresh } }, server.url)).status).toBe(401);
  });
});
