"use server";

import { askForResetLink } from "@/app/_shell/reset-link";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import { returnPath } from "@/lib/identity/return-path";
import { forgotPasswordSchema } from "@/lib/identity/schemas";
import { countVisitor } from "../visitor";

export async function forgotPasswordAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const { actor } = await countVisitor();
    const { email } = validate(forgotPasswordSchema, Object.fromEntries(form));
    const message = await askForResetLink(actor, email, returnPath(form.get("next")));
    return { message, isDone: true, fields: {}, values: { email } };
  } catch (error) {
    return toFormState(error, form);
  }
}
