import type { Actor } from "@/lib/audit/actors";
import { mailResetLink } from "@/lib/identity/password-reset";
import { countMail } from "@/lib/identity/throttle";
import { mailRoute } from "@/lib/notifications/mail";
import { mailLater } from "./mail-later";

const sentTo = (where: string) =>
  `If there is an account with this address, a link is ${where}. The link works once, for one hour.`;

const MESSAGES: Record<ReturnType<typeof mailRoute>, string> = {
  out: sentTo("on its way to it"),
  log: sentTo("in the server’s log"),
  nowhere: "This server sends no mail, so no link was sent. Ask whoever runs it for one.",
};

/**
 * Mails a link that leads on to `next` when a new password is set. Answers what to tell, the same whether anybody has this
 * address or not.
 * @throws AppError TOO_MANY_REQUESTS
 */
export async function askForResetLink(actor: Actor, email: string, next: string): Promise<string> {
  await countMail(email, "reset");
  mailLater(() => mailResetLink(actor, email, next));
  return MESSAGES[mailRoute()];
}
