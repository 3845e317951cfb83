import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { writeConfirmationMail } from "@/lib/notifications/account-mails";
import { sendMail } from "@/lib/notifications/mail";
import { networkOf } from "@/lib/request/network";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { asKnown } from "./hash-lanes";
import { deadLink, findConfirmedBy, findTokenOwner, issueToken, spendToken } from "./mailed-tokens";
import { findPasswordOwner, hashNewPassword, type NewPassword } from "./new-password";
import { findMaker, reclaimAccount } from "./proof";
import { confirmAddress } from "./signup-credits";

/** Mails a link that proves the address is theirs. Does nothing when that is known already. */
export async function mailVerificationLink(userId: string): Promise<void> {
  const user = await db().user.findUnique({ where: { id: userId }, select: { email: true, emailVerified: true } });
  if (!user || user.emailVerified) return;
  await sendMail({ to: user.email, subject: "Confirm your e-mail address", write: () => writeVerificationMail(userId) });
}

async function writeVerificationMail(userId: string): Promise<string> {
  const maker = await findMaker(userId);
  const origin = maker && { madeAt: maker.made_at, address: maker.address, userAgent: maker.user_agent };
  return writeConfirmationMail(`${env().appUrl}/verify-email?token=${await issueToken("verify-email", userId)}`, origin);
}

/** What a mailed link is worth now: to be confirmed, done already, or nothing. Uses nothing up. */
export async function findLinkState(token: string): Promise<"open" | "done" | "dead"> {
  if (await findTokenOwner("verify-email", token)) return "open";
  const userId = await findConfirmedBy(token);
  const user = userId ? await db().user.findUnique({ where: { id: userId }, select: { emailVerified: true } }) : null;
  return user?.emailVerified ? "done" : "dead";
}

/** What whoever opens a mailed link says of the account: that they made it, or that somebody else did, and their own password. */
export type MakerAnswer = { isMaker: true } | { isMaker: false; password: NewPassword };
/** `visitor`: who is signed in where the link was opened. */
type Opened = { visitor: string | null; answer: MakerAnswer | null };
export type Verified = { userId: string; isReclaimed: boolean; isBanned: boolean };

/**
 * Proves an address, and gives the sign-up credits that waited for it. From within one of the account's own sessions that is
 * all; elsewhere nobody knows whether who made the account is whose address it is, so that whoever opens the link has to say it.
 * @throws AppError LINK_NOT_VALID, INVALID_INPUT with fields where there is no answer, or a password that is too easy
 */
export async function verifyEmail(actor: Actor, token: string, { visitor, answer }: Opened): Promise<Verified> {
  const userId = await findTokenOwner("verify-email", token);
  const owner = userId && (await findPasswordOwner(userId));
  if (!userId || !owner) throw deadLink();
  const { isBanned } = owner;
  const isAsked = userId !== visitor && (await findMaker(userId)) !== null;
  if (isAsked && !answer) throw new AppError("INVALID_INPUT", { fields: { maker: ["Choose one of the two."] } });
  const acting = { ...actor, userId };
  if (isAsked && answer && !answer.isMaker) {
    // Whose mail the link came with does not wait behind those who have none.
    const who = { account: userId, network: networkOf(actor.address).near };
    await reclaimAccount(acting, token, await asKnown(who, () => hashNewPassword(answer.password, owner)));
    return { userId, isReclaimed: true, isBanned };
  }
  await db().$transaction(async (tx) => {
    await spendToken(tx, "verify-email", token, userId);
    const credits = await confirmAddress(tx, userId);
    const after = { ...(isAsked && { said: "made_by_me" }), ...(credits > 0 && { credits }) };
    await recordAudit(tx, acting, {
      action: "user.email_verified",
      target: { kind: "user", id: userId },
      ...(Object.keys(after).length > 0 && { after }),
    });
  });
  return { userId, isReclaimed: false, isBanned };
}
