import "server-only";
import { sql } from "@/lib/database/client";
import { readSessionCookie } from "@/lib/identity/session-cookie";
import type { TokenSubject } from "@/lib/identity/tokens";

const FRESH_MINUTES = 15;

type Person = { id: string; email: string; isBanned: boolean };

/** All that any page, action or route asks of a session and its person. Fresh: the password was given lately. */
export type OpenSession = Person & {
  sessionId: string;
  isAdmin: boolean;
  isFresh: boolean;
  createdAt: Date;
  expiresAt: Date;
};

type PersonRow = { id: string; email: string; banned: boolean };

type SessionRow = PersonRow & {
  session_id: string;
  is_admin: boolean;
  is_fresh: boolean;
  created_at: Date;
  expires_at: Date;
};

const OPEN_SESSION = `
  SELECT u.id, u.email, u.banned, u.role = 'admin' AS is_admin, s.id AS session_id, s.created_at, s.expires_at,
    s.confirmed_at > now() - interval '${FRESH_MINUTES} minutes' AS is_fresh
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.expires_at > now() AND`;

/** The session of a browser's cookie. Null, without asking the database, when there is none that we signed. */
export async function findSessionByCookie(headers: Headers): Promise<OpenSession | null> {
  const token = await readSessionCookie(headers);
  if (token === null) return null;
  const [row] = await sql<SessionRow>("session-by-cookie", `${OPEN_SESSION} s.token = $1`, [token]);
  return row ? toSession(row) : null;
}

/** Whom a valid access token speaks for, if they are still there. */
export async function findSubject(subject: TokenSubject): Promise<(Person & { sessionId: string | null }) | null> {
  if ("verifiedEmail" in subject) return findByVerifiedEmail(subject.verifiedEmail);
  const { sessionId, userId } = subject;
  const [row] = await sql<SessionRow>("session-by-id", `${OPEN_SESSION} s.id = $1 AND s.user_id = $2`, [sessionId, userId]);
  return row ? toSession(row) : null;
}

/**
 * Both sides must have verified the address: otherwise whoever registers someone else's address here first would
 * receive the keys that person makes later.
 */
async function findByVerifiedEmail(email: string): Promise<(Person & { sessionId: null }) | null> {
  const [row] = await sql<PersonRow>(
    "user-by-verified-email",
    `SELECT id, email, banned FROM users WHERE email = $1 AND email_verified`,
    [email],
  );
  return row ? { ...toPerson(row), sessionId: null } : null;
}

function toSession(row: SessionRow): OpenSession {
  return {
    ...toPerson(row),
    sessionId: row.session_id,
    isAdmin: row.is_admin,
    isFresh: row.is_fresh,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function toPerson({ id, email, banned }: PersonRow): Person {
  return { id, email, isBanned: banned };
}
