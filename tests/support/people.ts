import { createHash, randomBytes, randomUUID } from "node:crypto";
import { hashPassword, makeSignature, symmetricDecrypt } from "better-auth/crypto";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { call, randomAddress, randomEmail } from "./client";
import { query } from "./database";
import { type Portal, shared } from "./portal";

export type TestUser = { id: string; email: string; password: string; access: string; refresh: string };

/** Registers someone new over HTTP. */
export async function registerOverHttp(url = shared().url): Promise<TestUser> {
  const email = randomEmail();
  const password = `pw-${randomBytes(9).toString("base64url")}`;
  const body = { email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
  const answer = await call("/api/auth/register/", { body }, url);
  if (answer.status !== 201) throw new Error(`registration answered ${answer.status}: ${answer.text}`);
  return { id: answer.body.user.id, email, password, access: answer.body.tokens.access, refresh: answer.body.tokens.refresh };
}

/** What the user API says of anybody new, beside what each has for themselves. */
export const NEW_PROFILE = {
  first_name: "Asha",
  last_name: "Mrema",
  full_name: "Asha Mrema",
  short_name: "Asha",
  is_verified: false,
  phone_verified: false,
  is_staff: false,
  is_superuser: false,
  credits: 1000,
};

const PASSWORD = `pw-${randomBytes(9).toString("base64url")}`;
let hashed: Promise<string> | undefined;

/**
 * Someone new in the shared portal, as registering leaves them, which tests/http/people.test.ts compares. Not over HTTP:
 * hashing a password is most of what registering and signing in cost, and this happens in nearly every test.
 */
export async function newUser(): Promise<TestUser> {
  hashed ??= hashPassword(PASSWORD);
  const [id, email] = [randomUUID(), randomEmail()];
  await query(
    `WITH person AS (
       INSERT INTO users (id, email, name, first_name, last_name, unproven) VALUES ($1::uuid, $2, 'Asha Mrema', 'Asha', 'Mrema', true)
     ), account AS (
       INSERT INTO accounts (id, account_id, provider_id, user_id, password, updated_at)
       VALUES (gen_random_uuid(), $1, 'credential', $1::uuid, $3, now())
     ), granted AS (
       INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1::uuid, 1000, 'signup')
     )
     INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, after)
     VALUES ('user', $1::uuid, $4, gen_random_uuid(), 'user.registered', 'user', $1, $5)`,
    [id, email, await hashed, randomAddress(), { email, role: "user", credits: 1000 }],
  );
  const session = await openSession(id, "");
  return { id, email, password: PASSWORD, ...(await tokensOf({ id, email }, session.id)) };
}

/** Signs in as the portal's pages do, but for the password. The cookie, as a browser would send it back. */
export async function signInByCookie(
  { email }: Pick<TestUser, "email">,
  { userAgent = "node", address = shared().url } = {},
): Promise<string> {
  const [user] = await query<{ id: string }>("SELECT id FROM users WHERE email = $1", [email]);
  if (!user) throw new Error(`there is no ${email}`);
  const { token } = await openSession(user.id, userAgent);
  const signature = await makeSignature(token, shared().settings.BETTER_AUTH_SECRET ?? "");
  return `${sessionCookieName(address)}=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** As a browser keeps it for the portal whose people come to `address`. */
export function sessionCookieName(address = shared().url): string {
  const { protocol, port } = new URL(address);
  return `${protocol === "https:" ? "__Secure-" : ""}latchkey${port ? `-${port}` : ""}.session_token`;
}

/** A link's secret, as one that was mailed. */
export async function newMailedToken(
  purpose: "reset-password" | "operator-reset" | "verify-email",
  { id }: { id: string },
): Promise<string> {
  const token = randomUUID();
  const identifier = createHash("sha256").update(`${purpose}:${token}`).digest("base64url");
  await query(
    "INSERT INTO verifications (id, identifier, value, expires_at, updated_at) VALUES (gen_random_uuid(), $1, $2, now() + interval '1 hour', now())",
    [identifier, `${purpose} ${id}`],
  );
  return token;
}

/** Opens one more session for somebody, by its tokens. */
export async function signInByToken({
  id,
  email,
}: Pick<TestUser, "id" | "email">): Promise<Pick<TestUser, "access" | "refresh">> {
  return tokensOf({ id, email }, (await openSession(id, "")).id);
}

async function openSession(userId: string, userAgent: string): Promise<{ id: string; token: string }> {
  const [id, token] = [randomUUID(), randomBytes(16).toString("hex")];
  const address = randomAddress();
  await query(
    `WITH session AS (
       INSERT INTO sessions (id, token, user_id, expires_at, ip_address, user_agent, updated_at)
       VALUES ($1, $2, $3::uuid, now() + interval '7 days', $4, $5, now())
     ), seen AS (
       UPDATE users SET last_login_at = now() WHERE id = $3::uuid
     )
     INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id)
     VALUES ('user', $3::uuid, $4, gen_random_uuid(), 'user.signed_in', 'user', $3)`,
    [id, token, userId, address, userAgent],
  );
  return { id, token };
}

async function tokensOf(
  { id, email }: { id: string; email: string },
  sessionId: string,
): Promise<Pick<TestUser, "access" | "refresh">> {
  const sign = await signerOf(shared());
  const [access, refresh] = await Promise.all([
    sign({ ...claimsOf("access", id, sessionId, 3600), email }),
    sign(claimsOf("refresh", id, sessionId, 7 * 24 * 3600)),
  ]);
  return { access, refresh };
}

export function claimsOf(tokenType: "access" | "refresh", userId: string, sessionId: string, seconds: number): JWTPayload {
  const { url } = shared();
  const now = Math.floor(Date.now() / 1000);
  const ids = { user_id: userId, sub: userId, sid: sessionId, jti: randomUUID() };
  return { token_type: tokenType, ...ids, iat: now, exp: now + seconds, iss: url, aud: url };
}

type Sign = (claims: JWTPayload) => Promise<string>;
const signers = new Map<string, Promise<Sign>>();

function signerOf(portal: Portal): Promise<Sign> {
  const signer = signers.get(portal.url) ?? loadSigner(portal);
  signers.set(portal.url, signer);
  return signer;
}

/** The portal's own key, which it makes when it first signs. */
async function loadSigner({ settings }: Portal): Promise<Sign> {
  await registerOverHttp();
  const [own] = await query<{ id: string; private_key: string }>(
    "SELECT id, private_key FROM jwks WHERE created_at > '2020-01-01' ORDER BY created_at DESC LIMIT 1",
  );
  if (!own) throw new Error("the portal has no signing key");
  const key = await symmetricDecrypt({ key: settings.BETTER_AUTH_SECRET ?? "", data: JSON.parse(own.private_key) });
  const privateKey = await importJWK(JSON.parse(key), "ES256");
  return (claims) => new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: own.id }).sign(privateKey);
}
