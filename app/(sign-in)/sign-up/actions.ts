"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { mailLater } from "@/app/_shell/mail-later";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { actorOf } from "@/lib/doors/incoming";
import { validate } from "@/lib/doors/read-json";
import { registerUser } from "@/lib/identity/accounts";
import { mailVerificationLink } from "@/lib/identity/email-verification";
import { returnPath } from "@/lib/identity/return-path";
import { registerSchema } from "@/lib/identity/schemas";
import { openSession } from "@/lib/identity/sessions";
import { countAttempt } from "@/lib/identity/throttle";
import { keepSession } from "../keep-session";

export async function signUpAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const sent = await headers();
    const actor = actorOf({ headers: sent }, "user", null);
    await countAttempt({ address: actor.address });
    // The page shows the password instead of asking for it twice.
    const input = validate(registerSchema, { ...Object.fromEntries(form), password_confirm: form.get("password") });
    await countAttempt({ account: input.email });
    const { id } = await registerUser(actor, input);
    const { sessionId } = await openSession(actor, id, sent.get("user-agent"));
    await keepSession(sessionId);
    mailLater(() => mailVerificationLink(id));
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(returnPath(form.get("next")));
}
