import "server-only";
import { isAPIError } from "better-auth/api";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { leaveTrace } from "@/lib/audit/traces";
import { db, sql, sqlIn } from "@/lib/database/client";
import { json, nullable, statement } from "@/lib/database/statements";
import { networkOf } from "@/lib/request/network";
import { writtenAddress } from "@/lib/request/written-address";
import { AppError } from "@/lib/values/errors";
import type { Prisma } from "@/prisma/generated/client";
import { endSessionsOf } from "./access";
import { getProfile, type Profile } from "./accounts";
import { attemptSignIn, type Caller } from "./attempts";
import { ADDRESS_HEADER, auth, LONGEST_SESSION_SECONDS, lastEndOf, SESSION_SECONDS } from "./auth";
import { type FormerId, firstFormer } from "./former-ids";
import { rememberNetwork } from "./known-networks";
import { lockPerson } from "./locked-person";
import { findPasswordHash, isStillRight, keepInOwnForm } from "./passwords";
import { issueTokens, type Tokens, verifyRefreshToken } from "./tokens";

export type SignedIn = { user: Profile; sessionId: string; tokens: Tokens };

/**
 * Checks a password and opens a session. Unknown, wrong and banned are one answer in like time: better-auth hashes even
 * when there is nothing to compare with.
 * @throws AppError INVALID_CREDENTIALS, TOO_MANY_REQUESTS
 */
export async function signIn(caller: Caller, email: string, password: string): Promise<SignedIn> {
  return attemptSignIn(caller, email, { run: () => checkAndOpen(caller, email, password) });
}

async function checkAndOpen({ actor, headers: sent }: Caller, email: string, password: string): Promise<SignedIn> {
  const headers = new Headers({ [ADDRESS_HEADER]: actor.address ?? "", "user-agent": sent.get("user-agent") ?? "" });
  const former = await findPasswordHash(email);
  const { token } = await auth()
    .api.signInEmail({ body: { email, password }, headers })
    .catch((error: unknown) => {
      if (!isAPIError(error) || error.statusCode >= 500) throw error;
      throw invalidCredentials(error);
    });
  const session = await db().session.findUniqueOrThrow({
    where: { token },
    select: { id: true, token: true, userId: true, createdAt: true },
  });
  await keepOnlyUnder(session, { former, password });
  await keepInOwnForm(session.userId, password);
  return complete(actor, session);
}

/** Opens a session for someone who has just registered, or proved who they are. */
export async function openSession(actor: Actor, userId: string, userAgent: string | null): Promise<SignedIn> {
  return complete(actor, await startSession(actor, userId, userAgent));
}

/** Opens a session that is no sign-in of its own. */
export async function startSession(actor: Actor, userId: string, userAgent: string | null) {
  const { internalAdapter } = await auth().$context;
  return internalAdapter.createSession(userId, false, { ipAddress: actor.address ?? "", userAgent: userAgent ?? "" });
}

/**
 * A session that was opened while the password changed is none under the new one, and was not there yet when the others ended.
 * `former`: the hash that the password was compared with, where it is known.
 * @throws AppError INVALID_CREDENTIALS
 */
export async function keepOnlyUnder(
  session: { token: string; userId: string },
  given: { former: string | null; password: string },
): Promise<void> {
  if (await isStillRight(session.userId, given)) return;
  await db().session.deleteMany({ where: { token: session.token } });
  throw invalidCredentials();
}

function invalidCredentials(cause?: unknown): AppError {
  return new AppError("INVALID_CREDENTIALS", { fields: { non_field_errors: ["Invalid credentials."] }, cause });
}

const FORMER = { former: nullable(json<FormerId>()) };
const EXTEND = statement(
  "extend-session",
  FORMER,
  `UPDATE sessions SET expires_at = $end::timestamptz, updated_at = now() WHERE id = $session::uuid
   RETURNING ${firstFormer("sessions.user_id")} AS former`,
);
const NOTE_SIGN_IN = statement(
  "note-sign-in",
  FORMER,
  `UPDATE users SET last_login_at = now() WHERE id = $user::uuid RETURNING ${firstFormer("users.id")} AS former`,
);

/**
 * Fresh tokens for the refresh token's session, whose seven days begin again. The refresh token stays usable. Ninety days
 * after the sign-in it is over all the same.
 * @throws AppError REFRESH_TOKEN_NOT_VALID
 */
export async function refreshTokens(actor: Actor, refreshToken: string): Promise<Tokens> {
  const { sessionId, userId } = await verifyRefreshToken(refreshToken);
  const session = await db().session.findFirst({
    where: { id: sessionId, userId, expiresAt: { gt: new Date() } },
    select: { createdAt: true, ipAddress: true, user: { select: { banned: true, email: true } } },
  });
  if (!session || session.user.banned || isOver(session)) throw new AppError("REFRESH_TOKEN_NOT_VALID");
  const [extended] = await sql(EXTEND, { session: sessionId, end: extendedEnd(session).toISOString() });
  // Signed out in between: a session that is gone is not brought back.
  if (!extended) throw new AppError("REFRESH_TOKEN_NOT_VALID");
  traceNetwork({ ...actor, userId }, sessionId, session.ipAddress);
  const holder = { userId, email: session.user.email, former: extended.former };
  return issueTokens({ ...holder, sessionId, signedInAt: session.createdAt });
}

/** Once per session and network, if it is not the one of the sign-in. */
function traceNetwork(actor: Actor & { userId: string }, sessionId: string, signedInFrom: string | null): void {
  if (networkOf(actor.address).near === networkOf(signedInFrom).near) return;
  const target = { kind: "user", id: actor.userId } as const;
  leaveTrace(actor, {
    action: "session.used_from_new_network",
    target,
    of: sessionId,
    isOnce: true,
    seconds: LONGEST_SESSION_SECONDS,
  });
}

/** Seven days from now, up to ninety days after the sign-in. */
function extendedEnd({ createdAt }: { createdAt: Date }): Date {
  return new Date(Math.min(Date.now() + SESSION_SECONDS * 1000, lastEndOf(createdAt).getTime()));
}

/** Whether its ninety days are over. */
function isOver({ createdAt }: { createdAt: Date }): boolean {
  return lastEndOf(createdAt).getTime() <= Date.now();
}

const ONE_DAY_SECONDS = 24 * 3600;

/**
 * A page was used: the session's seven days begin again, up to ninety days after the sign-in. Written once a day at most.
 * One that has ended meanwhile stays ended.
 */
export async function extendSession(session: { sessionId: string; createdAt: Date; expiresAt: Date }): Promise<void> {
  const expiresAt = extendedEnd(session);
  if (expiresAt.getTime() - session.expiresAt.getTime() < ONE_DAY_SECONDS * 1000) return;
  await db().session.updateMany({
    where: { id: session.sessionId, expiresAt: session.expiresAt },
    data: { expiresAt },
  });
}

/** Ends a session: its cookie, its access tokens and its refresh tokens are dead. Ending it again changes nothing. */
export async function endSession(actor: Actor, session: { sessionId: string; userId: string }): Promise<void> {
  await db().$transaction(async (tx) => {
    const { count } = await tx.session.deleteMany({ where: { id: session.sessionId, userId: session.userId } });
    if (count === 0) return;
    await recordAudit(
      tx,
      { ...actor, userId: session.userId },
      { action: "user.signed_out", target: { kind: "user", id: session.userId } },
    );
  });
}

/** Ends all sessions of the person but the one that asks. Answers how many. */
export async function endOtherSessions(user: CurrentUser): Promise<number> {
  return db().$transaction(async (tx) => {
    await lockPerson(tx, user.id);
    const count = await endSessionsOf(tx, user.id, user.sessionId);
    if (count === 0) return 0;
    const target = { kind: "user", id: user.id } as const;
    await recordAudit(tx, user.actor, { action: "user.sessions_ended", target, after: { sessions_ended: count } });
    return count;
  });
}

const sessionSelect = {
  id: true,
  createdAt: true,
  expiresAt: true,
  ipAddress: true,
  userAgent: true,
} satisfies Prisma.SessionSelect;

/** A sign-in as its owner sees it. Never holds the token. */
export type SessionSummary = Prisma.SessionGetPayload<{ select: typeof sessionSelect }>;

/** That many are shown. */
const MOST_SESSIONS = 100;

/** Where the person is signed in, newest first, and whether there are more than these. */
export async function listSessions(user: CurrentUser): Promise<{ sessions: SessionSummary[]; areAll: boolean }> {
  const found = await db().session.findMany({
    where: { userId: user.id, expiresAt: { gt: new Date() } },
    select: sessionSelect,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: MOST_SESSIONS + 1,
  });
  const sessions = found.slice(0, MOST_SESSIONS).map((session) => ({ ...session, ipAddress: writtenAddress(session.ipAddress) }));
  return { sessions, areAll: found.length <= MOST_SESSIONS };
}

async function complete(actor: Actor, session: { id: string; userId: string; createdAt: Date }): Promise<SignedIn> {
  const { id: sessionId, userId, createdAt: signedInAt } = session;
  const former = await db().$transaction(async (tx) => {
    const [noted] = await sqlIn(tx, NOTE_SIGN_IN, { user: userId });
    await recordAudit(tx, { ...actor, userId }, { action: "user.signed_in", target: { kind: "user", id: userId } });
    return noted?.former ?? null;
  });
  await rememberNetwork(userId, networkOf(actor.address));
  const user = await getProfile(userId);
  const tokens = await issueTokens({ userId, email: user.email, former, sessionId, signedInAt });
  return { user, sessionId, tokens };
}
