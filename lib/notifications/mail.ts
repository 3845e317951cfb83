import "server-only";
import { createTransport, type Transporter } from "nodemailer";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";

type Mail = { to: string; subject: string; text: string };

let transport: Transporter | undefined;

/** Whether mail leaves this machine. Pages say so when it does not. */
export function isMailSetUp(): boolean {
  return env().SMTP_URL !== undefined;
}

/** Sends over SMTP_URL. Without it, the mail is written to the server's log, for whoever runs this to pass on. */
export async function sendMail(mail: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = env();
  if (!SMTP_URL) {
    log.warn({ to: mail.to, subject: mail.subject, text: mail.text }, "SMTP_URL is not set: this mail was not sent");
    return;
  }
  transport ??= createTransport(SMTP_URL, { disableFileAccess: true, disableUrlAccess: true });
  await transport.sendMail({ from: MAIL_FROM, ...mail });
}
