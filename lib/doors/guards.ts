import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Credential } from "@latchkey/rule/credentials";
import type { Door } from "@/lib/audit/actions";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { proveByIssuer } from "@/lib/identity/proof";
import { readRefreshToken, verifyAccessToken } from "@/lib/identity/tokens";
import { checkSecret } from "@/lib/request/admin-secret";
import { contextOf, type Incoming, isFromThisMachine } from "@/lib/request/context";
import { isSameOrigin } from "@/lib/request/origins";
import { env } from "@/lib/settings/env";

import { readSignature, type Signature } from "@/lib/usage/signature";
import { AppError, type ErrorCode } from "@/lib/values/errors";
import { readCredential } from "@/lib/verification/read-forms";

import { findSessionByCookie, findSubject, type OpenSession } from "./who-asks";
import { refuseSecret } from "./wrong-secrets";

/** Also names the kind of caller in the request's log line. */
export function actorOf(request: Incoming, kind: Actor["kind"], userId: string | null): Actor {
  const context = contextOf(request);
  context.actor = kind;
  return { kind, userId, address: context.address, requestId: context.id };
}

/**
 * The caller of the user API: an access token in `Authorization`, or the portal's session cookie on a request from our
 * own pages. A trusted issuer's token proves the address of an account that nobody has proved yet.
 * @throws AppError NOT_AUTHENTICATED (nothing presented), TOKEN_NOT_VALID (also when its person is gone or banned)
 */
export async function requireApiUser(request: Request): Promise<CurrentUser> {
  const token = bearerToken(request);
  const person = token === null ? await requireCookie(request) : await findSubject(await verifyAccessToken(token));
  if (!person || person.isBanned) throw new AppError("TOKEN_NOT_VALID");
  const user = toUser(request, person);
  if (person.isUnproven) await proveByIssuer(user.actor, user.id);
  return user;
}

async function requireCookie(request: Request): Promise<OpenSession> {
  const isCookieAllowed = isSameOrigin(request.headers) && !request.headers.has("authorization");
  const session = isCookieAllowed ? await findSessionByCookie(request.headers) : null;
  if (!session) throw new AppError("NOT_AUTHENTICATED");
  return session;
}

/**
 * The session that a sign-out is about: the refresh token's, or, where that is none of ours, the cookie's or the access
 * token's. Null when none is valid.
 */
export async function findSession(
  request: Request,
  refreshToken: string | undefined,
): Promise<{ sessionId: string; userId: string } | null> {
  const named = refreshToken ? await unlessRefused(readRefreshToken(refreshToken)) : null;
  if (named) return named;
  const user = await unlessRefused(requireApiUser(request));
  return user?.sessionId ? { sessionId: user.sessionId, userId: user.id } : null;
}

async function unlessRefused<Caller>(asking: Promise<Caller>): Promise<Caller | null> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof AppError && error.status === 401) return null;
    throw error;
  }
}

/** @throws AppError INVALID_ADMIN_SECRET, TOO_MANY_REQUESTS for wrong ones, NOT_CONFIGURED */
export async function requireAdminSecret(request: Request): Promise<Actor> {
  const presented = request.headers.get("x-admin-secret");
  const { ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS } = env();
  const check = await checkSecret(presented, ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS);
  if (check === "not_configured") throw new AppError("NOT_CONFIGURED", { details: "ADMIN_API_SECRET is not set." });
  if (check === "wrong") throw refuse(request, presented, "admin_secret", "INVALID_ADMIN_SECRET");
  return actorOf(request, "admin_api", null);
}

/** One that is missing is no guess. */
function refuse(request: Incoming, presented: string | null, door: Door, code: ErrorCode): AppError {
  return presented ? refuseSecret(request, door, code) : new AppError(code);
}

/** The Public API, calling the data plane. @throws AppError INVALID_SERVICE_SECRET, TOO_MANY_REQUESTS for wrong ones, NOT_CONFIGURED */
export function requireService(request: Request): void {
  const { SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS } = env();
  if (!SERVICE_API_SECRET) throw new AppError("NOT_CONFIGURED", { details: "SERVICE_API_SECRET is not set." });
  // Synchronous, unlike checkSecret: this is paid for by every call that the Public API serves.
  const token = bearerToken(request);
  const secrets = [SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS];
  if (!secrets.some((secret) => secret && isSameSecret(token ?? "", secret)))
    throw refuse(request, token, "service_secret", "INVALID_SERVICE_SECRET");
  contextOf(request).actor = "service";
}

/** Whoever holds a key, speaking for the key alone. Whether there is one is for the use case. @throws AppError INVALID_API_KEY */
export async function requireKey(request: Request): Promise<{ actor: Actor; credential: Credential }> {
  const credential = await readCredential(bearerToken(request) ?? "");
  if (!credential) throw new AppError("INVALID_API_KEY");
  return { actor: actorOf(request, "api_key", null), credential };
}

/**
 * The Public API, reporting usage. The time of a signature is for the use case, which asks the database for its clock.
 * @throws AppError INVALID_SIGNATURE, TOO_MANY_REQUESTS for wrong ones, USAGE_NOT_CONFIGURED
 */
export function requireUsageSignature(request: Request, body: Uint8Array): Signature {
  const { USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS, USAGE_SIGNATURE } = env();
  if (!USAGE_WEBHOOK_SECRET) throw new AppError("USAGE_NOT_CONFIGURED", { details: "USAGE_WEBHOOK_SECRET is not set." });
  const signed = { body, id: request.headers.get("x-idempotency-key") };
  const secrets = [USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS].filter((secret) => secret !== undefined);
  const sent = request.headers.get("x-signature");
  const signature = readSignature(sent, signed, secrets);
  if (!signature) throw refuse(request, sent, "usage_signature", "INVALID_SIGNATURE");
  // Who has the secret guesses nothing.
  if (USAGE_SIGNATURE === "v2" && signature.form === "v1") throw new AppError("INVALID_SIGNATURE");
  contextOf(request).actor = "service";
  return signature;
}

/**
 * Who collects the metrics: with METRICS_TOKEN, or, where there is none, from this machine.
 * @throws AppError NOT_FOUND: to everybody else there is no such address; TOO_MANY_REQUESTS for wrong tokens
 */
export function requireCollector(request: Request): void {
  const { METRICS_TOKEN, VERCEL } = env();
  const isCollector = METRICS_TOKEN
    ? isSameSecret(bearerToken(request) ?? "", METRICS_TOKEN)
    : !VERCEL && isFromThisMachine(contextOf(request));
  if (!isCollector) throw refuse(request, METRICS_TOKEN ? bearerToken(request) : null, "metrics_token", "NOT_FOUND");
}

/** As whom a request acts. */
export function toUser(
  request: Incoming,
  { id, email, sessionId }: Pick<CurrentUser, "id" | "email" | "sessionId">,
): CurrentUser {
  return { id, email, sessionId, actor: { ...actorOf(request, "user", id), sessionId } };
}

/** RFC 6750 section 2.1; the scheme's name in any case. Null when the header is missing or of another scheme. */
function bearerToken(request: Request): string | null {
  return /^bearer +(\S.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1]?.trim() ?? null;
}

function isSameSecret(presented: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(presented), digest(secret));
}
