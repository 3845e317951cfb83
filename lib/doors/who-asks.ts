import "server-only";
import { sql } from "@/lib/database/client";
import { bool, instant, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { LONGEST_SESSION_SECONDS } from "@/lib/identity/auth";
import { readSessionCookie } from "@/lib/identity/session-cookie";
import type { TokenSubject } from "@/lib/identity/tokens";
import { FRESH_MINUTES } from "@/lib/values/fresh";

/** `isUnproven`: whoever made this account need not be whom an issuer names by its address. */
type Person = { id: string; email: string; isBanned: boolean; isUnproven?: boolean };

/** All that any page, action or route asks of a session and its person. Fresh: the password was given lately. */
export type OpenSession = Person & {
  sessionId: string;
  isAdmin: boolean;
  isFresh: boolean;
  /** In which they want to read instants. */
  timeZone: string;
  createdAt: Date;
  expiresAt: Date;
};

const PERSON = { id: uuid, email: text, banned: bool };
const SESSION = {
  ...PERSON,
  session_id: uuid,
  is_admin: bool,
  is_fresh: bool,
  time_zone: text,
  created_at: instant,
  expires_at: instant,
};

const OPEN_SESSION = `
  SELECT u.id, u.email, u.banned, u.role = 'admin' AS is_admin, u.timezone AS time_zone, s.id AS session_id, s.created_at, s.expires_at,
    s.confirmed_at > now() - interval '${FRESH_MINUTES} minutes' AS is_fresh
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.expires_at > now() AND s.created_at > now() - interval '${LONGEST_SESSION_SECONDS} seconds' AND`;

const BY_COOKIE = statement("session-by-cookie", SESSION, `${OPEN_SESSION} s.token = $token`);
const BY_ID = statement("session-by-id", SESSION, `${OPEN_SESSION} s.id = $session AND s.user_id = $user`);
const BY_VERIFIED_EMAIL = statement(
  "user-by-verified-email",
  { ...PERSON, is_unproven: bool },
  `SELECT id, email, banned, NOT email_verified AS is_unproven FROM users WHERE email = $email AND (email_verified OR unproven)`,
);

/** The session of a browser's cookie. Null, without asking the database, when there is none that we signed. */
export async function findSessionByCookie(headers: Headers): Promise<OpenSession | null> {
  const token = await readSessionCookie(headers);
  if (token === null) return null;
  const [row] = await sql(BY_COOKIE, { token });
  return row ? toSession(row) : null;
}

/** Whom a valid access token speaks for, if they are still there. */
export async function findSubject(subject: TokenSubject): Promise<(Person & { sessionId: string | null }) | null> {
  if ("verifiedEmail" in subject) return findByVerifiedEmail(subject.verifiedEmail);
  const { sessionId, userId } = subject;
  const [row] = await sql(BY_ID, { session: sessionId, user: userId });
  return row ? toSession(row) : null;
}

/**
 * Both sides must have verified the address, or whoever registers someone else's address here first would receive the keys
 * that person makes later. An account that nobody has proved is found as such: its maker is shut out before it is used.
 */
async function findByVerifiedEmail(email: string): Promise<(Person & { sessionId: null }) | null> {
  const [row] = await sql(BY_VERIFIED_EMAIL, { email });
  return row ? { ...toPerson(row), isUnproven: row.is_unproven, sessionId: null } : null;
}

function toSession(row: RowOf<typeof SESSION>): OpenSession {
  return {
    ...toPerson(row),
    sessionId: row.session_id,
    isAdmin: row.is_admin,
    isFresh: row.is_fresh,
    timeZone: row.time_zone,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function toPerson({ id, email, banned }: RowOf<typeof PERSON>): Person {
  return { id, email, isBanned: banned };
}
