"use server";

import { redirect } from "next/navigation";
import { type FormState, requireForm, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { returnPath } from "@/lib/identity/return-path";
import { loginSchema } from "@/lib/identity/schemas";
import { signIn } from "@/lib/identity/sessions";
import { keepSession } from "../keep-session";
import { findVisitor } from "../visitor";

/** With an address alone, as the sign-up page sends it without scripts, it has the form filled in with that. */
export async function signInAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    requireForm(form);
    if (!form.has("password")) return { fields: {}, values: { email: String(form.get("email") ?? "") } };
    const { email, password } = validate(loginSchema, Object.fromEntries(form));
    const { sessionId } = await signIn(await findVisitor(), email, password);
    await keepSession(sessionId);
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(returnPath(form.get("next")));
}
