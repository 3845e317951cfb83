import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Credential } from "@latchkey/rule/credentials";
import { parseServiceCredential, type Scope } from "@latchkey/rule/services";
import type { Door } from "@/lib/audit/actions";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { proveByIssuer } from "@/lib/identity/proof";
import { readRefreshToken, verifyAccessToken } from "@/lib/identity/tokens";
import { checkSecret } from "@/lib/request/admin-secret";
import { bearerOf } from "@/lib/request/bearer";
import { contextOf, type Incoming, isFromThisMachine } from "@/lib/request/context";
import { isSameOrigin } from "@/lib/request/origins";
import { noteCall } from "@/lib/services/activity";
import { admitService } from "@/lib/services/admit";
import {
  findService,
  type HeldCredential,
  holdCredential,
  isRetired,
  type KnownService,
  type SharedSecret,
} from "@/lib/services/known";
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
  const token = bearerOf(request.headers);
  return admitPerson(request, token === null ? await requireCookie(request) : await findSubject(await verifyAccessToken(token)));
}

async function admitPerson(request: Request, person: Awaited<ReturnType<typeof findSubject>>): Promise<CurrentUser> {
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

/** A program that asks with a credential of its own, and the service that it is. */
type ServiceCaller = { actor: Actor; service: KnownService };

/** At which door a wrong secret is counted, and what is answered to it. */
type Refusal = { door: Door; code: ErrorCode };

/**
 * Whoever has a service's credential. One that has ended is as wrong as any other, and counted with what its service did.
 * @throws AppError the refusal's, TOO_MANY_REQUESTS for wrong ones, MISSING_SCOPE, NETWORK_NOT_ALLOWED, TEMPORARILY_UNAVAILABLE
 */
async function requireCredential(
  request: Request,
  credential: Credential,
  scope: Scope,
  { door, code }: Refusal,
): Promise<ServiceCaller> {
  const found = await findService(credential);
  if (found?.hasEnded) noteCall(found.service, contextOf(request).address, true);
  if (!found || found.hasEnded) throw refuse(request, credential, door, code);
  const actor = { ...actorOf(request, "service", null), serviceId: found.service.id };
  admitService(found.service, actor, scope);
  return { actor, service: found.service };
}

/** One that was switched off is as wrong as any other. */
async function requireShared(request: Request, name: SharedSecret, presented: string, { door, code }: Refusal): Promise<void> {
  const isOff = await isRetired(name);
  noteCall(name, contextOf(request).address, isOff);
  if (isOff) throw refuse(request, presented, door, code);
}

/**
 * The admin API: a service with `admin:read` for GET and HEAD and `admin:write` for the rest, in `X-Admin-Secret` or as a bearer, or
 * the shared secret.
 * @throws AppError INVALID_ADMIN_SECRET, TOO_MANY_REQUESTS for wrong ones, MISSING_SCOPE, NETWORK_NOT_ALLOWED, NOT_CONFIGURED
 */
export async function requireAdminApi(request: Request): Promise<Actor> {
  const refusal = { door: "admin_secret", code: "INVALID_ADMIN_SECRET" } as const;
  const presented = request.headers.get("x-admin-secret");
  const credential = parseServiceCredential(presented || (bearerOf(request.headers) ?? ""));
  const scope = ["GET", "HEAD"].includes(request.method) ? "admin:read" : "admin:write";
  if (credential) return (await requireCredential(request, credential, scope, refusal)).actor;
  const { ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS } = env();
  const check = await checkSecret(presented, ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS);
  if (check === "not_configured") throw new AppError("NOT_CONFIGURED", { details: "ADMIN_API_SECRET is not set." });
  if (check === "wrong") throw refuse(request, presented, refusal.door, refusal.code);
  await requireShared(request, "ADMIN_API_SECRET", presented ?? "", refusal);
  return actorOf(request, "admin_api", null);
}

/** One that is missing is no guess. */
function refuse(request: Incoming, presented: string | null, door: Door, code: ErrorCode): AppError {
  return presented ? refuseSecret(request, door, code) : new AppError(code);
}

/**
 * The Public API, calling the data plane: a service with `verify`, or the shared secret.
 * @throws AppError INVALID_SERVICE_SECRET, TOO_MANY_REQUESTS for wrong ones, MISSING_SCOPE, NETWORK_NOT_ALLOWED, NOT_CONFIGURED
 */
export async function requireService(request: Request): Promise<void> {
  const refusal = { door: "service_secret", code: "INVALID_SERVICE_SECRET" } as const;
  const token = bearerOf(request.headers);
  const credential = parseServiceCredential(token ?? "");
  if (credential) {
    await requireCredential(request, credential, "verify", refusal);
    return;
  }
  const { SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS } = env();
  if (!SERVICE_API_SECRET) throw new AppError("NOT_CONFIGURED", { details: "SERVICE_API_SECRET is not set." });
  // Synchronous, unlike checkSecret: this is paid for by every call that the Public API serves.
  const secrets = [SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS];
  if (!secrets.some((secret) => secret && isSameSecret(token ?? "", secret)))
    throw refuse(request, token, refusal.door, refusal.code);
  await requireShared(request, "SERVICE_API_SECRET", token ?? "", refusal);
  contextOf(request).actor = "service";
}

/** A program with a replica of the keys: a service with `feed`. There is no shared secret for it. */
export type FeedCaller = ServiceCaller & { held: HeldCredential };

/** @throws AppError INVALID_SERVICE_SECRET, TOO_MANY_REQUESTS for wrong ones, MISSING_SCOPE, NETWORK_NOT_ALLOWED */
export async function requireFeedReader(request: Request): Promise<FeedCaller> {
  return requireServiceAlone(request, "feed");
}

/**
 * Who may learn who applied a change: a service with `admin:read` and staff at the portal's pages, of any (null), and whoever it is about.
 * @throws AppError as `requireFeedReader`, and as `requireApiUser`
 */
export async function requireReceiptReader(request: Request): Promise<string | null> {
  const token = bearerOf(request.headers);
  if (parseServiceCredential(token ?? "")) {
    await requireServiceAlone(request, "admin:read");
    return null;
  }
  if (token !== null) return (await requireApiUser(request)).id;
  const session = await requireCookie(request);
  const { id } = await admitPerson(request, session);
  return session.isAdmin ? null : id;
}

/** Where no shared secret will do. */
async function requireServiceAlone(request: Request, scope: Scope): Promise<FeedCaller> {
  const refusal = { door: "service_secret", code: "INVALID_SERVICE_SECRET" } as const;
  const token = bearerOf(request.headers);
  const credential = parseServiceCredential(token ?? "");
  if (!credential) throw refuse(request, token, refusal.door, refusal.code);
  return { ...(await requireCredential(request, credential, scope, refusal)), held: holdCredential(credential) };
}

/** Whoever holds a key, speaking for the key alone. Whether there is one is for the use case. @throws AppError INVALID_API_KEY */
export async function requireKey(request: Request): Promise<{ actor: Actor; credential: Credential }> {
  const credential = await readCredential(bearerOf(request.headers) ?? "");
  if (!credential) throw new AppError("INVALID_API_KEY");
  return { actor: actorOf(request, "api_key", null), credential };
}

/** Who reports usage, and how the report is signed. `caller`: null for whoever has the shared secret. */
export type Reporter = { signature: Signature; caller: ServiceCaller | null };

/**
 * The Public API, reporting usage: a service with `usage`, or by a signature. The time of one is for the use case, which asks
 * the database for its clock.
 * @throws AppError INVALID_SIGNATURE, TOO_MANY_REQUESTS for wrong ones, MISSING_SCOPE, NETWORK_NOT_ALLOWED, USAGE_NOT_CONFIGURED
 */
export async function requireReporter(request: Request, body: Uint8Array): Promise<Reporter> {
  const refusal = { door: "usage_signature", code: "INVALID_SIGNATURE" } as const;
  const credential = parseServiceCredential(bearerOf(request.headers) ?? "");
  if (credential) {
    const caller = await requireCredential(request, credential, "usage", refusal);
    return { signature: { form: "service" }, caller };
  }
  const { USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS, USAGE_SIGNATURE } = env();
  const sent = request.headers.get("x-signature");
  if (!USAGE_WEBHOOK_SECRET) throw new AppError("USAGE_NOT_CONFIGURED", { details: "USAGE_WEBHOOK_SECRET is not set." });
  const signed = { body, id: request.headers.get("x-idempotency-key") };
  const secrets = [USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS].filter((secret) => secret !== undefined);
  const signature = readSignature(sent, signed, secrets);
  if (!signature) throw refuse(request, sent, refusal.door, refusal.code);
  // Who has the secret guesses nothing.
  if (USAGE_SIGNATURE === "v2" && signature.form === "v1") throw new AppError("INVALID_SIGNATURE");
  await requireShared(request, "USAGE_WEBHOOK_SECRET", sent ?? "", refusal);
  contextOf(request).actor = "service";
  return { signature, caller: null };
}

/**
 * Who collects the metrics: a service with `admin:read`, whoever has METRICS_TOKEN, or, where there is none, this machine.
 * @throws AppError NOT_FOUND: to everybody else there is no such address; TOO_MANY_REQUESTS for wrong tokens, MISSING_SCOPE,
 *   NETWORK_NOT_ALLOWED
 */
export async function requireCollector(request: Request): Promise<void> {
  const credential = parseServiceCredential(bearerOf(request.headers) ?? "");
  if (credential) {
    await requireCredential(request, credential, "admin:read", { door: "metrics_token", code: "NOT_FOUND" });
    return;
  }
  const { METRICS_TOKEN, VERCEL } = env();
  const isCollector = METRICS_TOKEN
    ? isSameSecret(bearerOf(request.headers) ?? "", METRICS_TOKEN)
    : !VERCEL && isFromThisMachine(contextOf(request));
  if (!isCollector) throw refuse(request, METRICS_TOKEN ? bearerOf(request.headers) : null, "metrics_token", "NOT_FOUND");
}

/** As whom a request acts. */
export function toUser(
  request: Incoming,
  { id, email, sessionId }: Pick<CurrentUser, "id" | "email" | "sessionId">,
): CurrentUser {
  return { id, email, sessionId, actor: { ...actorOf(request, "user", id), sessionId } };
}

function isSameSecret(presented: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(presented), digest(secret));
}
