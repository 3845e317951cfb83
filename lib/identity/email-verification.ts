import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { sendMail } from "@/lib/notifications/mail";
import { env } from "@/lib/settings/env";
import { issueToken, spendToken } from "./mailed-tokens";
import { confirmAddress } from "./signup-credits";

/** Mails a link that proves the address is theirs. Does nothing when that is known already. */
export async function mailVerificationLink(userId: string): Promise<void> {
  const user = await db().user.findUnique({ where: { id: userId }, select: { email: true, emailVerified: true } });
  if (!user || user.emailVerified) return;
  await sendMail({ to: user.email, subject: "Confirm your e-mail address", write: () => writeVerificationMail(userId) });
}

async function writeVerificationMail(userId: string): Promise<string> {
  const link = `${env().appUrl}/verify-email?token=${await issueToken("verify-email", userId)}`;
  return [
    "Welcome to Latchkey.",
    "",
    "Confirm that this address is yours. The link works once, for one day:",
    link,
    "",
    "If you did not sign up, do nothing.",
  ].join("\n");
}

/**
 * Also gives the sign-up credits that waited for it.
 * @throws AppError LINK_NOT_VALID
 */
export async function verifyEmail(actor: Actor, token: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const userId = await spendToken(tx, "verify-email", token);
    const credits = await confirmAddress(tx, userId);
    const after = credits > 0 ? { after: { credits } } : {};
    await recordAudit(
      tx,
      { ...actor, userId },
      { action: "user.email_verified", target: { kind: "user", id: userId }, ...after },
    );
  });
}
