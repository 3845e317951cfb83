"use server";

import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { resetPassword } from "@/lib/identity/password-reset";
import { withReturnPath } from "@/lib/identity/return-path";
import { resetPasswordSchema } from "@/lib/identity/schemas";
import { rememberVisitor } from "../keep-session";
import { countVisitor } from "../visitor";

export async function resetPasswordAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const { actor } = await countVisitor();
    const { token, password } = validate(resetPasswordSchema, Object.fromEntries(form));
    await rememberVisitor(await resetPassword(actor, token, password));
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(withReturnPath("/sign-in?done=reset", form.get("next")));
}
