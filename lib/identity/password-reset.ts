import "server-only";
import { type Actor, visitorOf } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { leaveTrace } from "@/lib/audit/traces";
import { db, type Transaction } from "@/lib/database/client";
import { writeResetMail, writeWelcomeMail } from "@/lib/notifications/account-mails";
import { sendMail } from "@/lib/notifications/mail";
import { networkOf } from "@/lib/request/network";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { endAccess, setPassword } from "./access";
import { asKnown } from "./hash-lanes";
import { countUsableKeys, endUnprovenKeys } from "./keys-of-person";
import { rememberNetwork } from "./known-networks";
import { deadLink, findTokenOwner, issueToken, issueTokenIn, spendToken } from "./mailed-tokens";
import { findPasswordOwner, hashNewPassword, type NewPassword } from "./new-password";
import { isUnprovenNow } from "./proof";
import { withReturnPath } from "./return-path";
import { confirmAddress } from "./signup-credits";

/** Mails a link to whoever has an account with this address, who then goes on to `next`. Says nothing about whether anyone has. */
export async function mailResetLink(actor: Actor, email: string, next: string): Promise<void> {
  const user = await db().user.findUnique({ where: { email }, select: { id: true, email: true } });
  if (!user) return;
  const visitor = visitorOf({ address: actor.address, id: actor.requestId ?? "" });
  leaveTrace(visitor, { action: "user.reset_link_requested", target: { kind: "user", id: user.id } });
  await sendMail({ to: user.email, subject: "Choose a new password", write: () => writeMail(user.id, next) });
}

/** The same link for somebody for whom an account was made, who has no password yet. */
export async function mailWelcomeLink({ id, email }: { id: string; email: string }): Promise<void> {
  const write = async () => writeWelcomeMail(linkOf(await issueToken("reset-password", id)), `${env().appUrl}/forgot-password`);
  await sendMail({ to: email, subject: "Your account at Latchkey", write });
}

async function writeMail(userId: string, next: string): Promise<string> {
  return writeResetMail(withReturnPath(linkOf(await issueToken("reset-password", userId)), next));
}

/**
 * The same link for an operator to pass on, on record. Nothing is mailed, so that it proves no address, and the password stays
 * as it is until it is used.
 * @throws AppError USER_NOT_FOUND
 */
export async function issueResetLink(actor: Actor, email: string): Promise<string> {
  return db().$transaction(async (tx) => {
    const user = await tx.user.findUnique({ where: { email }, select: { id: true } });
    if (!user) throw new AppError("USER_NOT_FOUND");
    const token = await issueTokenIn(tx, "operator-reset", user.id);
    await recordAudit(tx, actor, { action: "user.reset_link_issued", target: { kind: "user", id: user.id } });
    return linkOf(token);
  });
}

function linkOf(token: string): string {
  return `${env().appUrl}/reset-password?token=${token}`;
}

/** Whose password was reset, what that ended, and what it left working. */
export type Reset = { userId: string; keysDisabled: number; keysWorking: number };

/**
 * Sets the password of the person the link was mailed to, and ends all their sessions: whoever had the old one is out. A link
 * that was mailed proves the address. Where nobody had done that before, keys that were made until now wait to be enabled.
 * @throws AppError LINK_NOT_VALID, INVALID_INPUT with fields for a password that is too easy
 */
export async function resetPassword(actor: Actor, token: string, password: NewPassword): Promise<Reset> {
  const link = await findLink(token);
  if (!link) throw deadLink();
  const owner = await findPasswordOwner(link.userId);
  if (!owner) throw deadLink();
  const { userId } = link;
  // Nothing is hashed for a link that is none, and for one that is not behind those who have none.
  const network = networkOf(actor.address);
  const hash = await asKnown({ account: userId, network: network.near }, () => hashNewPassword(password, owner));
  const reset = await db().$transaction((tx) => resetIn(tx, { ...actor, userId }, link, token, hash));
  await rememberNetwork(userId, network);
  return reset;
}

async function resetIn(
  tx: Transaction,
  actor: Actor,
  { purpose, userId }: ResetLink,
  token: string,
  hash: string,
): Promise<Reset> {
  await spendToken(tx, purpose, token, userId);
  const isFirstProof = purpose === "reset-password" && (await isUnprovenNow(tx, userId));
  await setPassword(tx, userId, hash);
  const sessions = await endAccess(tx, userId);
  const keysDisabled = isFirstProof ? await endUnprovenKeys(tx, actor, userId, "disable") : 0;
  const target = { kind: "user", id: userId } as const;
  await recordAudit(tx, actor, { action: "user.password_reset", target, after: { sessions_ended: sessions } });
  if (isFirstProof) {
    const credits = await confirmAddress(tx, userId);
    const after = { by: "reset", keys_disabled: keysDisabled, ...(credits > 0 && { credits }) };
    await recordAudit(tx, actor, { action: "user.email_verified", target, after });
  }
  return { userId, keysDisabled, keysWorking: await countUsableKeys(tx, userId) };
}

/** Whether a link can still set a password. Uses nothing up. */
export async function isResetLink(token: string): Promise<boolean> {
  return (await findLink(token)) !== null;
}

type ResetLink = { userId: string; purpose: "reset-password" | "operator-reset" };

async function findLink(token: string): Promise<ResetLink | null> {
  for (const purpose of ["reset-password", "operator-reset"] as const) {
    const userId = await findTokenOwner(purpose, token);
    if (userId) return { userId, purpose };
  }
  return null;
}
