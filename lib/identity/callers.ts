import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import { isBanned } from "@latchkey/rule/validity";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/db";
import { AppError } from "@/lib/errors";
import { checkSecret } from "@/lib/request/admin-secret";
import { contextOf, type Incoming } from "@/lib/request/context";
import { isSameOrigin } from "@/lib/request/origins";
import { env } from "@/lib/settings/env";
import { isSignedBy } from "@/lib/usage/signature";
import { auth } from "./auth";
import { type TokenSubject, verifyAccessToken, verifyRefreshToken } from "./tokens";

/**
 * The caller of the user API: an access token in `Authorization`, or the portal's session cookie on a request from our
 * own pages.
 * @throws AppError NOT_AUTHENTICATED (nothing presented), TOKEN_NOT_VALID
 */
export async function requireApiUser(request: Request): Promise<CurrentUser> {
  const token = bearerToken(request);
  if (token !== null) return currentUser(request, await verifyAccessToken(token));

  const isCookieAllowed = isSameOrigin(request.headers) && !request.headers.has("authorization");
  const session = isCookieAllowed
    ? await auth().api.getSession({ headers: request.headers, query: { disableRefresh: true, disableCookieCache: true } })
    : null;
  if (!session) throw new AppError("NOT_AUTHENTICATED");
  return currentUser(request, { sessionId: session.session.id, userId: session.user.id });
}

/** @throws AppError INVALID_ADMIN_SECRET, NOT_CONFIGURED */
export async function requireAdminSecret(request: Request): Promise<Actor> {
  const { ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS } = env();
  const check = await checkSecret(request.headers.get("x-admin-secret"), ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS);
  if (check === "not_configured") throw new AppError("NOT_CONFIGURED", { details: "ADMIN_API_SECRET is not set." });
  if (check === "wrong") throw new AppError("INVALID_ADMIN_SECRET");
  return actorOf(request, "admin_api", null);
}

/** The Public API, calling the data plane. @throws AppError INVALID_SERVICE_SECRET, NOT_CONFIGURED */
export function requireService(request: Request): void {
  const { SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS } = env();
  if (!SERVICE_API_SECRET) throw new AppError("NOT_CONFIGURED", { details: "SERVICE_API_SECRET is not set." });
  // Synchronous, unlike checkSecret: this is paid for by every call that the Public API serves.
  const token = bearerToken(request) ?? "";
  const secrets = [SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS];
  if (!secrets.some((secret) => secret && isSameSecret(token, secret))) {
    throw new AppError("INVALID_SERVICE_SECRET", { headers: { "WWW-Authenticate": 'Bearer realm="service"' } });
  }
  contextOf(request).actor = "service";
}

/** The Public API, reporting usage. @throws AppError INVALID_SIGNATURE, USAGE_NOT_CONFIGURED */
export function requireUsageSignature(request: Request, body: Uint8Array): void {
  const { USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS } = env();
  if (!USAGE_WEBHOOK_SECRET) throw new AppError("USAGE_NOT_CONFIGURED", { details: "USAGE_WEBHOOK_SECRET is not set." });
  const signature = request.headers.get("x-signature");
  const secrets = [USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS];
  if (!secrets.some((secret) => secret && isSignedBy(secret, body, signature))) throw new AppError("INVALID_SIGNATURE");
  contextOf(request).actor = "service";
}

function isSameSecret(presented: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(presented), digest(secret));
}

export function actorOf(request: Incoming, kind: Actor["kind"], userId: string | null): Actor {
  const context = contextOf(request);
  context.actor = kind;
  return { kind, userId, address: context.address, requestId: context.id };
}

/** RFC 6750 section 2.1; the scheme's name in any case. Null when the header is missing or of another scheme. */
export function bearerToken(request: Request): string | null {
  return /^bearer +(\S.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1]?.trim() ?? null;
}

type PersonRow = { id: string; email: string; session_id: string | null; banned: boolean; ban_expires_at: Date | null };

/** @throws AppError TOKEN_NOT_VALID when the session or the person is gone, or banned */
export async function currentUser(request: Incoming, subject: TokenSubject): Promise<CurrentUser> {
  const [person] = "sessionId" in subject ? await findBySession(subject) : await findByVerifiedEmail(subject.verifiedEmail);
  if (!person || isBanned({ banned: person.banned, banExpiresAt: person.ban_expires_at }, new Date()))
    throw new AppError("TOKEN_NOT_VALID");
  return { id: person.id, email: person.email, sessionId: person.session_id, actor: actorOf(request, "user", person.id) };
}

function findBySession({ sessionId, userId }: { sessionId: string; userId: string }): Promise<PersonRow[]> {
  return sql<PersonRow>(
    "user-by-session",
    `SELECT u.id, u.email, s.id AS session_id, u.banned, u.ban_expires_at
     FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > now()`,
    [sessionId, userId],
  );
}

/**
 * Both sides must have verified the address: otherwise whoever registers someone else's address here first would
 * receive the keys that person makes later.
 */
function findByVerifiedEmail(email: string): Promise<PersonRow[]> {
  return sql<PersonRow>(
    "user-by-verified-email",
    `SELECT id, email, NULL::uuid AS session_id, banned, ban_expires_at FROM users WHERE email = $1 AND email_verified`,
    [email],
  );
}

/** The session that a sign-out is about: the refresh token's, the cookie's or the access token's. Null when none is valid. */
export async function findSession(
  request: Request,
  refreshToken: string | undefined,
): Promise<{ sessionId: string; userId: string } | null> {
  try {
    if (refreshToken) return await verifyRefreshToken(refreshToken);
    const user = await requireApiUser(request);
    return user.sessionId ? { sessionId: user.sessionId, userId: user.id } : null;
  } catch (error) {
    if (error instanceof AppError && error.status === 401) return null;
    throw error;
  }
}
