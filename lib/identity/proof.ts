import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sql, type Transaction } from "@/lib/database/client";
import { instant, int, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { endAccess, setPassword } from "./access";
import { endUnprovenKeys } from "./keys-of-person";
import { lockPerson } from "./locked-person";
import { findTokenOwner, spendToken } from "./mailed-tokens";
import { confirmAddress } from "./signup-credits";

/**
 * Whoever signs up need not be whose address it is. Until the address is proved, all that such an account has is of
 * somebody unknown. `unproven` alone says too little: an earlier version that proves an address leaves it.
 */
export function isUnproven(user: { unproven: boolean; emailVerified: boolean }): boolean {
  return user.unproven && !user.emailVerified;
}

const QUESTION = {
  user_id: uuid,
  email: text,
  made_at: instant,
  address: nullable(text),
  user_agent: nullable(text),
  keys: int,
  first_key_at: nullable(instant),
  last_key_at: nullable(instant),
};
const ASK = statement(
  "proof-question",
  QUESTION,
  `SELECT u.id AS user_id, u.email, u.created_at AS made_at, registered.address, session.user_agent, made.keys, made.first_key_at, made.last_key_at
   FROM users u
   LEFT JOIN LATERAL (
     SELECT address FROM audit_entries
     WHERE target_kind = 'user' AND target_id = u.id::text AND action = 'user.registered' ORDER BY at, id LIMIT 1
   ) registered ON true
   LEFT JOIN LATERAL (
     SELECT user_agent FROM sessions WHERE user_id = u.id AND created_at < u.created_at + interval '1 minute' ORDER BY created_at LIMIT 1
   ) session ON true
   CROSS JOIN LATERAL (
     SELECT count(*) AS keys, min(created_at) AS first_key_at, max(created_at) AS last_key_at
     FROM api_keys WHERE user_id = u.id AND made_unproven AND revoked_at IS NULL AND deleted_at IS NULL
   ) made
   WHERE u.id = $user::uuid AND u.unproven AND NOT u.email_verified`,
);

/** What is known of who made an account whose address nobody has proved, and of the keys that they made. */
export type ProofQuestion = RowOf<typeof QUESTION>;

/** Null for an account that is proved, and for one of which nothing has to be asked. */
export async function findMaker(userId: string): Promise<ProofQuestion | null> {
  const [row] = await sql(ASK, { user: userId });
  return row ?? null;
}

/** What a mailed link has to ask whoever opens it, with `visitor` signed in there. Uses nothing up. Null: nothing. */
export async function findProofQuestion(token: string, visitor: string | null): Promise<ProofQuestion | null> {
  const userId = await findTokenOwner("verify-email", token);
  return userId && userId !== visitor ? findMaker(userId) : null;
}

/** The account is that of whose address it is, and of nobody else. */
export async function reclaimAccount(actor: Actor & { userId: string }, token: string, passwordHash: string): Promise<void> {
  const { userId } = actor;
  await db().$transaction(async (tx) => {
    await spendToken(tx, "verify-email", token, userId);
    const after = await handOver(tx, actor, userId, { passwordHash, keys: "revoke" });
    await recordAudit(tx, actor, { action: "user.account_reclaimed", target: { kind: "user", id: userId }, after });
  });
}

/**
 * A trusted issuer names this person by the address, which proves it. Nobody can be asked: what whoever signed up has, ends
 * or waits until it is enabled again.
 */
export async function proveByIssuer(actor: Actor, userId: string): Promise<void> {
  await db().$transaction(async (tx) => {
    await takeOver(tx, actor, userId, { by: "trusted_issuer", passwordHash: null });
  });
}

/**
 * The account of an address that is proved without anybody being asked, in the caller's transaction. Answers whether there was
 * anything to prove.
 */
export async function takeOver(
  tx: Transaction,
  actor: Actor,
  userId: string,
  { by, passwordHash }: { by: "trusted_issuer" | "import"; passwordHash: string | null },
): Promise<boolean> {
  await lockPerson(tx, userId);
  if (!(await isUnprovenNow(tx, userId))) return false;
  const after = { by, ...(await handOver(tx, actor, userId, { passwordHash, keys: "disable" })) };
  await recordAudit(tx, actor, { action: "user.email_verified", target: { kind: "user", id: userId }, after });
  return true;
}

/** Whose address it is has the account from now on, and what whoever signed up has in it ends. Answers what became of that. */
async function handOver(
  tx: Transaction,
  actor: Actor,
  userId: string,
  { passwordHash, keys: way }: { passwordHash: string | null; keys: "revoke" | "disable" },
) {
  await setPassword(tx, userId, passwordHash);
  const sessions = await endAccess(tx, userId);
  const keys = await endUnprovenKeys(tx, actor, userId, way);
  const credits = await confirmAddress(tx, userId);
  return { sessions_ended: sessions, [`keys_${way}d`]: keys, ...(credits > 0 && { credits }) };
}

export async function isUnprovenNow(tx: Transaction, userId: string): Promise<boolean> {
  return isUnproven(await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { unproven: true, emailVerified: true } }));
}
