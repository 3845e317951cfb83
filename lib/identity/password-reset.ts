import "server-only";
import { type Actor, recordAudit } from "@/lib/audit";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { sendMail } from "@/lib/mail";
import { auth } from "./auth";
import { issueToken, spendToken } from "./mailed-tokens";

/** Mails a link to whoever has an account with this address. Says nothing about whether anyone has. */
export async function mailResetLink(email: string): Promise<void> {
  const user = await db().user.findUnique({ where: { email }, select: { id: true, email: true } });
  if (!user) return;
  const link = `${env().appUrl}/reset-password?token=${await issueToken("reset-password", user.id)}`;
  const text = [
    "Someone, probably you, asked for a new password at Latchkey.",
    "",
    "Choose one here. The link works once, for one hour:",
    link,
    "",
    "If it was not you, do nothing: your password stays as it is.",
  ];
  await sendMail({ to: user.email, subject: "Choose a new password", text: text.join("\n") });
}

/**
 * Sets the password of the person the link was mailed to, and ends all their sessions: whoever had the old one is out.
 * @throws AppError LINK_NOT_VALID
 */
export async function resetPassword(actor: Actor, token: string, password: string): Promise<void> {
  const { password: passwords } = await auth().$context;
  const hash = await passwords.hash(password);
  await db().$transaction(async (tx) => {
    const userId = await spendToken(tx, "reset-password", token);
    await tx.account.upsert({
      where: { providerId_accountId: { providerId: "credential", accountId: userId } },
      update: { password: hash },
      create: { userId, providerId: "credential", accountId: userId, password: hash },
      select: { id: true },
    });
    const { count } = await tx.session.deleteMany({ where: { userId } });
    await recordAudit(
      tx,
      { ...actor, userId },
      { action: "user.password_reset", target: { kind: "user", id: userId }, after: { sessions_ended: count } },
    );
  });
}
