import "server-only";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sql, sqlIn } from "@/lib/database/client";
import { statement, uuid } from "@/lib/database/statements";
import { AppError, ERRORS } from "@/lib/values/errors";
import { endMailedTokens } from "./mailed-tokens";
import { hashPassword, isOwnForm, verifyPassword } from "./password-hash";

const REPLACE = statement(
  "replace-password",
  { id: uuid },
  "UPDATE accounts SET password = $next, updated_at = now() WHERE id = $account::uuid AND password = $former RETURNING id",
);
const END_OTHERS = statement(
  "end-other-sessions",
  { id: uuid },
  "DELETE FROM sessions WHERE user_id = $user::uuid AND id IS DISTINCT FROM $session::uuid RETURNING id",
);

/**
 * Sets another password, and ends every session but the one that asks and every link that was mailed, all or nothing. Answers
 * how many sessions were ended.
 * @throws AppError WRONG_PASSWORD, CONFLICT when it was changed meanwhile
 */
export async function changePassword(user: CurrentUser, input: { current: string; next: string }): Promise<number> {
  const account = await findOwnAccount(user.id, input.current);
  if (!account) throw new AppError("WRONG_PASSWORD", { fields: { old_password: [ERRORS.WRONG_PASSWORD.message] } });
  const next = await hashPassword(input.next);
  return db().$transaction(async (tx) => {
    const replaced = await sqlIn(tx, REPLACE, { account: account.id, former: account.password, next });
    if (replaced.length === 0) throw new AppError("CONFLICT");
    const { length: count } = await sqlIn(tx, END_OTHERS, { user: user.id, session: user.sessionId });
    await endMailedTokens(tx, user.id);
    await recordAudit(tx, user.actor, {
      action: "user.password_changed",
      target: { kind: "user", id: user.id },
      after: { sessions_ended: count },
    });
    return count;
  });
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
