import "server-only";
import { toPlainText } from "@latchkey/rule/plain-text";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sql, sqlIn } from "@/lib/database/client";
import { nullable, statement, text, uuid } from "@/lib/database/statements";
import { AppError, ERRORS } from "@/lib/values/errors";
import { endAccess } from "./access";
import { countUsableKeys } from "./keys-of-person";
import { lockPerson } from "./locked-person";
import { findPasswordOwner, hashNewPassword, type NewPassword, refuseEasy } from "./new-password";
import { hashPassword, isOwnForm, verifyPassword } from "./password-hash";

const REPLACE = statement(
  "replace-password",
  { id: uuid },
  "UPDATE accounts SET password = $next, updated_at = now() WHERE id = $account::uuid AND password = $former RETURNING id",
);

/** How many sessions a change of the password ended, and how many keys it left working. */
export type PasswordChange = { sessionsEnded: number; keysWorking: number };

/**
 * Sets another password, and ends every session but the one that asks (all, where `goesOn` is false) and every link that was
 * mailed, all or nothing.
 * @throws AppError WRONG_PASSWORD, INVALID_INPUT with fields for a new one that is too easy, CONFLICT when it was changed meanwhile
 */
export async function changePassword(
  user: CurrentUser,
  input: { current: string; next: NewPassword; goesOn?: boolean },
): Promise<PasswordChange> {
  const account = await findOwnAccount(user.id, input.current);
  const owner = await findPasswordOwner(user.id);
  if (!owner) throw new AppError("NOT_AUTHENTICATED");
  if (!account) {
    const easy = refuseEasy(input.next.text, owner);
    const fields = { old_password: [ERRORS.WRONG_PASSWORD.message], ...(easy && { [input.next.field]: [easy] }) };
    throw new AppError("WRONG_PASSWORD", { fields });
  }
  const next = await hashNewPassword(input.next, owner);
  return db().$transaction(async (tx) => {
    await lockPerson(tx, user.id);
    const replaced = await sqlIn(tx, REPLACE, { account: account.id, former: account.password, next });
    if (replaced.length === 0) throw new AppError("CONFLICT");
    const count = await endAccess(tx, user.id, input.goesOn === false ? null : user.sessionId);
    await recordAudit(tx, user.actor, {
      action: "user.password_changed",
      target: { kind: "user", id: user.id },
      after: { sessions_ended: count },
    });
    return { sessionsEnded: count, keysWorking: await countUsableKeys(tx, user.id) };
  });
}

const HASH_BY_EMAIL = statement(
  "password-hash-by-email",
  { password: nullable(text) },
  `SELECT a.password FROM accounts a JOIN users u ON u.id = a.user_id WHERE u.email = $email AND a.provider_id = 'credential'`,
);
const HASH_NOW = statement(
  "password-hash-now",
  { password: nullable(text) },
  "SELECT password FROM accounts WHERE user_id = $user::uuid AND provider_id = 'credential' FOR SHARE",
);

/** What a password is about to be compared with. Null for whoever has none, or is not there. */
export async function findPasswordHash(email: string): Promise<string | null> {
  const [account] = await sql(HASH_BY_EMAIL, { email: toPlainText(email).toLowerCase() });
  return account?.password ?? null;
}

/** Whether a password is still that of a person: waits for whoever is just changing it. */
export async function isStillRight(userId: string, given: { former: string | null; password: string }): Promise<boolean> {
  const [account] = await sql(HASH_NOW, { user: userId });
  const hash = account?.password;
  if (!hash) return false;
  return hash === given.former || (await verifyPassword({ hash, password: given.password }));
}

/** Keeps a password that was just given rightly as we keep those that are set here, where another product made its hash. */
export async function keepInOwnForm(userId: string, password: string): Promise<void> {
  const account = await findPassword(userId);
  if (!account || isOwnForm(account.password)) return;
  await sql(REPLACE, { account: account.id, former: account.password, next: await hashPassword(password) });
}

/**
 * Notes that whoever uses this session has just given its person's password again.
 * @throws AppError PASSWORD_NOT_CONFIRMED with fields, NOT_AUTHENTICATED when the session has ended
 */
export async function confirmPassword(user: CurrentUser, password: string): Promise<void> {
  if (!(await findOwnAccount(user.id, password))) {
    throw new AppError("PASSWORD_NOT_CONFIRMED", { fields: { password: [ERRORS.PASSWORD_NOT_CONFIRMED.message] } });
  }
  await db().$transaction(async (tx) => {
    const count = await tx.$executeRaw`UPDATE sessions SET confirmed_at = now() WHERE id = ${user.sessionId}::uuid`;
    if (count === 0) throw new AppError("NOT_AUTHENTICATED");
    await recordAudit(tx, user.actor, { action: "user.password_confirmed", target: { kind: "user", id: user.id } });
  });
}

type StoredPassword = { id: string; password: string };

/** The account that holds the person's password, when this is it. */
async function findOwnAccount(userId: string, password: string): Promise<StoredPassword | null> {
  const account = await findPassword(userId);
  return account && (await verifyPassword({ hash: account.password, password })) ? account : null;
}

async function findPassword(userId: string): Promise<StoredPassword | null> {
  const account = await db().account.findFirst({
    where: { userId, providerId: "credential" },
    select: { id: true, password: true },
  });
  return account?.password ? { id: account.id, password: account.password } : null;
}
