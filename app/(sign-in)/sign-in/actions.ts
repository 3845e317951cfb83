"use server";

import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { returnPath } from "@/lib/identity/return-path";
import { loginSchema } from "@/lib/identity/schemas";
import { signIn } from "@/lib/identity/sessions";
import { countAttempt } from "@/lib/identity/throttle";
import { keepSession } from "../keep-session";
import { countVisitor } from "../visitor";

export async function signInAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const { actor, userAgent } = await countVisitor();
    const { email, password } = validate(loginSchema, Object.fromEntries(form));
    await countAttempt({ account: email });
    const { sessionId } = await signIn(actor, email, password, userAgent);
    await keepSession(sessionId);
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(returnPath(form.get("next")));
}
