import "server-only";
import { type Actor, visitorOf } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { leaveTrace } from "@/lib/audit/traces";
import { db } from "@/lib/database/client";
import { sendMail } from "@/lib/notifications/mail";
import { networkOf } from "@/lib/request/network";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { asKnown } from "./hash-lanes";
import { rememberNetwork } from "./known-networks";
import { endMailedTokens, findTokenOwner, issueToken, issueTokenIn, spendToken } from "./mailed-tokens";
import { hashPassword } from "./password-hash";
import { withReturnPath } from "./return-path";

/** Mails a link to whoever has an account with this address, who then goes on to `next`. Says nothing about whether anyone has. */
export async function mailResetLink(actor: Actor, email: string, next: string): Promise<void> {
  const user = await db().user.findUnique({ where: { email }, select: { id: true, email: true } });
  if (!user) return;
  const visitor = visitorOf({ address: actor.address, id: actor.requestId ?? "" });
  leaveTrace(visitor, { action: "user.reset_link_requested", target: { kind: "user", id: user.id } });
  await sendMail({ to: user.email, subject: "Choose a new password", write: () => writeResetMail(user.id, next) });
}

async function writeResetMail(userId: string, next: string): Promise<string> {
  const link = withReturnPath(linkOf(await issueToken("reset-password", userId)), next);
  return [
    "Someone, probably you, asked for a new password at Latchkey.",
    "",
    "Choose one here. The link works once, for one hour:",
    link,
    "",
    "If it was not you, do nothing: your password stays as it is.",
  ].join("\n");
}

/**
 * The same link for an operator to pass on, on record. Nothing is mailed, and the password stays as it is until it is used.
 * @throws AppError USER_NOT_FOUND
 */
export async function issueResetLink(actor: Actor, email: string): Promise<string> {
  return db().$transaction(async (tx) => {
    const user = await tx.user.findUnique({ where: { email }, select: { id: true } });
    if (!user) throw new AppError("USER_NOT_FOUND");
    const token = await issueTokenIn(tx, "reset-password", user.id);
    await recordAudit(tx, actor, { action: "user.reset_link_issued", target: { kind: "user", id: user.id } });
    return linkOf(token);
  });
}

function linkOf(token: string): string {
  return `${env().appUrl}/reset-password?token=${token}`;
}

/**
 * Sets the password of the person the link was mailed to, and ends all their sessions: whoever had the old one is out. Answers
 * whose it was: the network that they come from is known to them from now on.
 * @throws AppError LINK_NOT_VALID
 */
export async function resetPassword(actor: Actor, token: string, password: string): Promise<string> {
  // Nothing is hashed for a link that is none, and for one that is not behind those who have none.
  const owner = await findTokenOwner("reset-password", token);
  const hash = await asKnown(owner, () => hashPassword(password));
  await db().$transaction(async (tx) => {
    const userId = await spendToken(tx, "reset-password", token);
    await tx.account.upsert({
      where: { providerId_accountId: { providerId: "credential", accountId: userId } },
      update: { password: hash },
      create: { userId, providerId: "credential", accountId: userId, password: hash },
      select: { id: true },
    });
    const { count } = await tx.session.deleteMany({ where: { userId } });
    await endMailedTokens(tx, userId);
    await recordAudit(
      tx,
      { ...actor, userId },
      { action: "user.password_reset", target: { kind: "user", id: userId }, after: { sessions_ended: count } },
    );
  });
  await rememberNetwork(owner, networkOf(actor.address));
  return owner;
}
