import "server-only";
import { randomUUID } from "node:crypto";
import { errors, importJWK, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { env } from "@/lib/settings/env";
import { DAY_MS } from "@/lib/values/days";
import { AppError } from "@/lib/values/errors";
import { auth, LONGEST_SESSION_SECONDS, lastEndOf, SESSION_SECONDS } from "./auth";
import type { FormerId } from "./former-ids";
import { findSigningKey, SIGNING_ALGORITHM } from "./signing-keys";
import { findIssuer, verifyForeign } from "./trusted-issuers";

const ACCESS_SECONDS = 3600;
/** A retired signing key is published, and accepted, for this much longer (better-auth's default). */
const KEY_GRACE_MS = 30 * DAY_MS;

export type Tokens = { access: string; refresh: string };
/** Whom a valid token speaks for: a session of ours, or a person whom a trusted issuer names by verified e-mail. */
export type TokenSubject = OwnSession | { verifiedEmail: string };
type OwnSession = { sessionId: string; userId: string };

const ownClaims = z.object({ user_id: z.uuid(), sub: z.uuid(), sid: z.uuid() });

/** Whose tokens are made, what they were called elsewhere, and when the sign-in was. */
export type TokenHolder = { userId: string; email: string; former: FormerId | null; sessionId: string; signedInAt: Date };

/** An access token for an hour and a refresh token for seven days, both bound to the session and no longer than it may last. */
export async function issueTokens({ email, former, ...holder }: TokenHolder): Promise<Tokens> {
  const [access, refresh] = await Promise.all([
    sign("access", holder, ACCESS_SECONDS, { email, ...(former && { external_id: former.id, external_source: former.source }) }),
    sign("refresh", holder, SESSION_SECONDS),
  ]);
  return { access, refresh };
}

/**
 * Signature, `alg`, `iss`, `aud`, `exp` and `token_type` of an access token, ours or a trusted issuer's (RFC 7519,
 * RFC 8725). Whether the session and the user still exist is the caller's to ask.
 * @throws AppError TOKEN_NOT_VALID, TEMPORARILY_UNAVAILABLE when an issuer's keys cannot be asked for now
 */
export async function verifyAccessToken(token: string): Promise<TokenSubject> {
  try {
    const issuer = findIssuer(token);
    if (!issuer) return await verifyOwn(token, "access");
    return { verifiedEmail: await verifyForeign(token, issuer, audience()) };
  } catch (error) {
    throw refuse(error, "TOKEN_NOT_VALID");
  }
}

/** @throws AppError REFRESH_TOKEN_NOT_VALID */
export async function verifyRefreshToken(token: string): Promise<OwnSession> {
  return verifyRefresh(token);
}

/**
 * The session of a refresh token, to end it: also of one that has expired, because others of its session may be younger.
 * @throws AppError REFRESH_TOKEN_NOT_VALID
 */
export async function readRefreshToken(token: string): Promise<OwnSession> {
  return verifyRefresh(token, LONGEST_SESSION_SECONDS);
}

async function verifyRefresh(token: string, clockTolerance = 0): Promise<OwnSession> {
  try {
    return await verifyOwn(token, "refresh", clockTolerance);
  } catch (error) {
    throw refuse(error, "REFRESH_TOKEN_NOT_VALID");
  }
}

async function sign(
  tokenType: "access" | "refresh",
  { userId, sessionId, signedInAt }: Omit<TokenHolder, "email" | "former">,
  seconds: number,
  claims: { email?: string; external_id?: string; external_source?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    token_type: tokenType,
    user_id: userId,
    sub: userId,
    sid: sessionId,
    jti: randomUUID(),
    iat: now,
    exp: Math.floor(Math.min(now + seconds, lastEndOf(signedInAt).getTime() / 1000)),
    ...claims,
  };
  const { token } = await auth().api.signJWT({ body: { payload } });
  return token;
}

async function verifyOwn(token: string, tokenType: "access" | "refresh", clockTolerance = 0): Promise<OwnSession> {
  const options = { ...audience(), issuer: env().appUrl, algorithms: [SIGNING_ALGORITHM], clockTolerance };
  const { payload } = await jwtVerify(token, ownKey, options);
  if (payload.token_type !== tokenType) throw new errors.JWTClaimValidationFailed("token_type", payload);
  const claims = ownClaims.parse(payload);
  return { sessionId: claims.sid, userId: claims.user_id };
}

function audience() {
  return { audience: env().appUrl, requiredClaims: ["exp", "iat", "sub"] };
}

const ownKeys = new Map<string, Awaited<ReturnType<typeof importJWK>>>();

/** Signing keys do not change once made, so each is read from the database once. */
const ownKey: JWTVerifyGetKey = async ({ kid }) => {
  const cached = ownKeys.get(kid ?? "");
  if (cached) return cached;
  if (!kid || !z.uuid().safeParse(kid).success) throw new errors.JWKSNoMatchingKey();
  const row = await findSigningKey(kid);
  if (!row || (row.expiresAt && row.expiresAt.getTime() + KEY_GRACE_MS < Date.now())) throw new errors.JWKSNoMatchingKey();
  const key = await importJWK(JSON.parse(row.publicKey), SIGNING_ALGORITHM);
  ownKeys.set(kid, key);
  return key;
};

/** A bad token is the caller's fault; a database that does not answer is not. */
function refuse(error: unknown, code: "TOKEN_NOT_VALID" | "REFRESH_TOKEN_NOT_VALID"): unknown {
  const isTokenFault =
    error instanceof errors.JOSEError ||
    error instanceof z.ZodError ||
    error instanceof TypeError ||
    error instanceof SyntaxError;
  return isTokenFault ? new AppError(code, { cause: error }) : error;
}
