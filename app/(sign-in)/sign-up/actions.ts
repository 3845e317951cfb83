"use server";

import { redirect } from "next/navigation";
import { mailLater } from "@/app/_shell/mail-later";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { registerUser, withAllRefusals } from "@/lib/identity/accounts";
import { mailVerificationLink } from "@/lib/identity/email-verification";
import { returnPath } from "@/lib/identity/return-path";
import { signUpSchema } from "@/lib/identity/schemas";
import { openSession } from "@/lib/identity/sessions";
import { usableZone } from "@/lib/values/zones";
import { keepSession } from "../keep-session";
import { countVisitor } from "../visitor";

export async function signUpAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const { actor, userAgent } = await countVisitor();
    const timezone = usableZone(String(form.get("timezone") ?? ""));
    const { id } = await registerUser(actor, validate(signUpSchema, { ...Object.fromEntries(form), timezone }));
    const { sessionId } = await openSession(actor, id, userAgent);
    await keepSession(sessionId);
    mailLater(() => mailVerificationLink(id));
  } catch (error) {
    return toFormState(await withAllRefusals(error, Object.fromEntries(form)), form);
  }
  redirect(returnPath(form.get("next")));
}
