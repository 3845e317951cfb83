import http from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminCall, call, deleteUser, newKey, query, shared, verifyCode } from "../support/client";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { startServer, type TestServer } from "../support/server";

const DOMAIN = "given.example";

let issuer: http.Server;
let issuerUrl: string;
let server: TestServer;
let keys: CryptoKeyPair;
let pem: string;
/** What is published at other paths, by issuers whose keys change. */
const sets: Record<string, unknown[]> = {};

const publicKey = async (pair: CryptoKeyPair, kid: string) => ({
  ...(await exportJWK(pair.publicKey)),
  kid,
  alg: "RS256",
  use: "sig",
});

beforeAll(async () => {
  keys = await generateKeyPair("RS256", { extractable: true });
  pem = await exportSPKI(keys.publicKey);
  sets["/.well-known/jwks.json"] = [await publicKey(keys, "issuer-key")];
  issuer = http.createServer(({ url = "" }, response) => {
    response.writeHead(sets[url] ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ keys: sets[url] }));
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const JWT_TRUSTED_ISSUERS = [
    `${issuerUrl}/.well-known/jwks.json`,
    `https://silent.example|${issuerUrl}/gone`,
    `https://rotating.example|${issuerUrl}/rotating`,
    `https://given.example|${issuerUrl}/.well-known/jwks.json other.example ${DOMAIN.toUpperCase()}`,
  ].join();
  server = await startServer({ ...shared().settings, APP_URL: shared().url, JWT_TRUSTED_ISSUERS });
});
afterAll(async () => {
  await server.stop("SIGKILL");
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

const sign = (claims: JWTPayload, key: CryptoKey = keys.privateKey, kid = "issuer-key") =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(key);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const ask = (token: string, url = server.url) => call("/api/auth/profile/", { token }, url);

describe("A token of a trusted issuer", () => {
  test("whose keys cannot be asked for is a 503 and no sign-out", async () => {
    const answer = await ask(await sign({ ...claimsFor(await verifiedUser()), iss: "https://silent.example" }));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(answer.body).toMatchObject({ code: "temporarily_unavailable", request_id: answer.headers.get("x-request-id") });
  });

  test.each<[string, (user: TestUser) => JWTPayload]>([
    ["of a clock that is ahead", () => ({ iat: inSeconds(30), nbf: inSeconds(30), exp: inSeconds(630) })],
    ["that has expired by a clock that is behind", () => ({ iat: inSeconds(-630), exp: inSeconds(-30) })],
    ["that says as text that the address was verified", () => ({ email_verified: "true" })],
    ["that would last for years, on its first day", () => ({ iat: inSeconds(-80_000), exp: inSeconds(100_000_000) })],
  ])("is accepted: one %s", async (_, change) => {
    const user = await verifiedUser();
    const answer = await ask(await sign({ ...claimsFor(user), ...change(user) }));
    expect([answer.status, answer.body.id]).toStrictEqual([200, user.id]);
  });

  test("under a new key, and under another one of the same name, is accepted at once", async () => {
    const user = await verifiedUser();
    const pairs = await Promise.all([1, 2].map(() => generateKeyPair("RS256", { extractable: true })));
    const claims = { ...claimsFor(user), iss: "https://rotating.example" };
    const statusUnder = async (pair: CryptoKeyPair, kid: string) => (await ask(await sign(claims, pair.privateKey, kid))).status;
    const [first, second] = pairs as [CryptoKeyPair, CryptoKeyPair];
    sets["/rotating"] = [await publicKey(keys, "a")];
    expect(await statusUnder(keys, "a")).toBe(200);
    expect(await statusUnder(first, "b")).toBe(401);
    sets["/rotating"] = [await publicKey(first, "b")];
    expect(await statusUnder(first, "b")).toBe(200);
    sets["/rotating"] = [await publicKey(second, "b")];
    expect(await statusUnder(second, "b")).toBe(200);
    delete sets["/rotating"];
    expect(await statusUnder(keys, "c")).toBe(503);
    expect(await statusUnder(second, "b")).toBe(200);
  });

  test("speaks for the e-mail domains given to its issuer alone", async () => {
    const user = await verifiedUser();
    const ofIssuer = async (email: string) => {
      await query("UPDATE users SET email = $2 WHERE id = $1", [user.id, email.toLowerCase()]);
      return (await ask(await sign({ ...claimsFor(user), iss: "https://given.example", email }))).status;
    };
    expect(await ofIssuer(`${user.id}@${DOMAIN}`)).toBe(200);
    expect(await ofIssuer(`${user.id}@Other.Example`)).toBe(200);
    for (const domain of [`sub.${DOMAIN}`, `${DOMAIN}.evil.example`, `not-${DOMAIN}`, "example.com"])
      expect([domain, await ofIssuer(`${user.id}@${domain}`)]).toStrictEqual([domain, 401]);
  });

  test("is told of in the log and to staff, where an issuer can speak for everybody", async () => {
    const sentence = "JWT_TRUSTED_ISSUERS has an issuer without e-mail domains";
    expect(server.output()).toMatch(new RegExp(`"level":"warn".*${sentence}`));
    const staff = await newUser();
    await query("UPDATE users SET role = 'admin' WHERE id = $1", [staff.id]);
    const page = await fetch(`${server.url}/admin`, { headers: { Cookie: await signInByCookie(staff) } });
    const text = await page.text();
    expect(text).toContain(sentence);
    for (const told of [text, server.output()]) expect(told).not.toContain(new URL(issuerUrl).host);
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
    ["an expired one", (user) => sign({ ...claimsFor(user), exp: inSeconds(-90) })],
    ["one that begins in two minutes", (user) => sign({ ...claimsFor(user), nbf: inSeconds(120) })],
    ["one that is older than a day", (user) => sign({ ...claimsFor(user), iat: inSeconds(-86_500) })],
    ["one that was issued nobody knows when", (user) => sign({ ...claimsFor(user), iat: undefined })],
    ["one that never expires", (user) => sign({ ...claimsFor(user), exp: undefined })],
    ["one for another audience", (user) => sign({ ...claimsFor(user), aud: "https://other.example" })],
    ["one without an audience", (user) => sign({ ...claimsFor(user), aud: undefined })],
    ["one of an issuer that is not trusted", (user) => sign({ ...claimsFor(user), iss: "https://other.example" })],
    ["one that names the portal as its issuer", (user) => sign({ ...claimsFor(user), iss: shared().url })],
    ["one whose issuer did not verify the address", (user) => sign({ ...claimsFor(user), email_verified: false })],
    ["one that says nothing of verification", (user) => sign({ ...claimsFor(user), email_verified: undefined })],
    ["one that says so in other words", (user) => sign({ ...claimsFor(user), email_verified: "false" })],
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
    ["has not verified the address here", "UPDATE users SET email_verified = false, unproven = false WHERE id = $1"],
    ["is banned", "UPDATE users SET banned = true WHERE id = $1"],
  ])("is refused for a user who %s", async (_, statement) => {
    const user = await verifiedUser();
    const token = await sign(claimsFor(user));
    await query(statement, [user.id]);
    expect((await ask(token)).status).toBe(401);
  });

  test("shuts out whoever signed up with the address that it names, before anything is shared", async () => {
    const user = await newUser();
    const [key, cookie] = [await newKey(user), await signInByCookie(user)];
    const made = await adminCall("/api/api-keys", { body: { userId: user.id } });
    const token = await sign(claimsFor(user));
    const statuses = await Promise.all([1, 2].map(async () => (await ask(token)).status));
    expect(statuses).toStrictEqual([200, 200]);
    const codes = [await verifyCode(key.api_key), await verifyCode(made.body.key.key)];
    expect(codes).toStrictEqual(["DISABLED", "VALID"]);
    const login = await call("/api/auth/login/", { body: { email: user.email, password: user.password } });
    const refresh = await call("/api/auth/token/refresh/", { body: { refresh: user.refresh } });
    const page = await fetch(`${shared().url}/settings`, { headers: { Cookie: cookie }, redirect: "manual" });
    expect([login.status, refresh.status, page.status]).toStrictEqual([400, 401, 307]);
    const written = await query("SELECT after FROM audit_entries WHERE target_id = $1 AND action = 'user.email_verified'", [
      user.id,
    ]);
    expect(written).toStrictEqual([{ after: { by: "trusted_issuer", sessions_ended: 2, keys_disabled: 1 } }]);
    const enabled = await call(`/api/auth/keys/${key.id}/enable/`, { method: "POST", token }, server.url);
    expect([enabled.status, (await ask(token)).body.is_verified]).toStrictEqual([200, true]);
    expect(await verifyCode(key.api_key)).toBe("VALID");
  });

  test("ends nothing of a banned person, and is refused", async () => {
    const user = await newUser();
    await query("UPDATE users SET banned = true WHERE id = $1", [user.id]);
    expect((await ask(await sign(claimsFor(user)))).status).toBe(401);
    expect(await query("SELECT 1 FROM sessions WHERE user_id = $1", [user.id])).toHaveLength(1);
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
