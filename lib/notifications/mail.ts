import "server-only";
import type { Transporter } from "nodemailer";
import { mails } from "@/lib/metrics/counters";
import { isReachedFromElsewhere } from "@/lib/request/reach";
import { isAddressGuessed, isOnThisMachine } from "@/lib/settings/contradictions";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";

/** `write` is asked for the text only where it goes somewhere: the link in it ends those that were given out before. */
type Mail = { to: string; subject: string; write(): Promise<string> };

let transport: Transporter | undefined;

/**
 * Where mails go: out; into the log, for the one who tries the portal out on their own machine; or nowhere, because a log
 * that others keep and read is no place for people and links.
 */
export function mailRoute(): "out" | "log" | "nowhere" {
  const settings = env();
  if (settings.SMTP_URL) return isAddressGuessed(settings) ? "nowhere" : "out";
  return isOnThisMachine(settings.appUrl) && !isReachedFromElsewhere() ? "log" : "nowhere";
}

/** Sends over SMTP_URL; without it, or without an address for its links, the log says what becomes of the mail. */
export async function sendMail({ to, subject, write }: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = env();
  const route = mailRoute();
  if (route !== "out" || !SMTP_URL) mails.inc({ outcome: "not_sent" });
  if (route === "nowhere") return tellUnsent(subject, SMTP_URL ? "APP_URL" : "SMTP_URL");
  const text = await write();
  if (route === "log" || !SMTP_URL) return log.warn({ to, subject, text }, "SMTP_URL is not set: this mail was not sent");
  // Most processes send nothing: commands, and servers without SMTP_URL.
  const { createTransport } = await import("nodemailer");
  transport ??= createTransport(SMTP_URL, { disableFileAccess: true, disableUrlAccess: true });
  try {
    await transport.sendMail({ from: MAIL_FROM, to, subject, text });
    mails.inc({ outcome: "sent" });
  } catch (error) {
    mails.inc({ outcome: "failed" });
    throw error;
  }
}

function tellUnsent(subject: string, missing: string): void {
  log.warn(
    { subject },
    `${missing} is not set: this mail was not sent. For a link to a new password: npm run admin -- reset-password EMAIL`,
  );
}
