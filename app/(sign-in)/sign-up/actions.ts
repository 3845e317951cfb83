"use server";

import { redirect } from "next/navigation";
import { mailLater } from "@/app/_shell/mail-later";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { registerUser } from "@/lib/identity/accounts";
import { mailVerificationLink } from "@/lib/identity/email-verification";
import { returnPath } from "@/lib/identity/return-path";
import { registerSchema } from "@/lib/identity/schemas";
import { openSession } from "@/lib/identity/sessions";
import { usableZone } from "@/lib/values/zones";
import { keepSession } from "../keep-session";
import { countVisitor } from "../visitor";

export async function signUpAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const { actor, userAgent } = await countVisitor();
    const timezone = usableZone(String(form.get("timezone") ?? ""));
    // The page shows the password instead of asking for it twice.
    const input = validate(registerSchema, { ...Object.fromEntries(form), timezone, password_confirm: form.get("password") });
    const { id } = await registerUser(actor, input);
    const { sessionId } = await openSession(actor, id, userAgent);
    await keepSession(sessionId);
    mailLater(() => mailVerificationLink(id));
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(returnPath(form.get("next")));
}
