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
  let page = "/sign-in?done=reset";
  try {
    const { actor } = await countVisitor();
    const { token, password } = validate(resetPasswordSchema, Object.fromEntries(form));
    const { userId, keysWorking, keysDisabled } = await resetPassword(actor, token, { text: password, field: "password" });
    await rememberVisitor(userId);
    // They are told on a page before the sign-in, where nobody is known yet.
    if (keysDisabled > 0) page += `&disabled=${keysDisabled}`;
    if (keysWorking > 0) page += `&working=${keysWorking}`;
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(withReturnPath(page, form.get("next")));
}
