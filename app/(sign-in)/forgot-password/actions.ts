"use server";

import { mailLater } from "@/app/_shell/mail-later";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { mailResetLink } from "@/lib/identity/password-reset";
import { returnPath } from "@/lib/identity/return-path";
import { forgotPasswordSchema } from "@/lib/identity/schemas";
import { countMail } from "@/lib/identity/throttle";
import { mailRoute } from "@/lib/notifications/mail";
import { countVisitor } from "../visitor";

const sentTo = (where: string) =>
  `If there is an account with this address, a link is ${where}. The link works once, for one hour.`;

const MESSAGES: Record<ReturnType<typeof mailRoute>, string> = {
  out: sentTo("on its way to it"),
  log: sentTo("in the server’s log"),
  nowhere: "This server sends no mail, so no link was sent. Ask whoever runs it for one.",
};

export async function forgotPasswordAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    await countVisitor();
    const { email } = validate(forgotPasswordSchema, Object.fromEntries(form));
    await countMail(email);
    const next = returnPath(form.get("next"));
    mailLater(() => mailResetLink(email, next));
    return { message: MESSAGES[mailRoute()], isDone: true, fields: {}, values: { email } };
  } catch (error) {
    return toFormState(error, form);
  }
}
