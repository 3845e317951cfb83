"use server";

import { type FormState, toFormState } from "@/lib/doors/form-state";
import { isConfirmed, requireAdminToConfirm } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import { attemptInSession } from "@/lib/identity/attempts";
import { confirmPassword } from "@/lib/identity/passwords";
import { confirmPasswordSchema } from "@/lib/identity/schemas";

/** For 15 minutes from now, this session may change things. */
export async function confirmPasswordAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const admin = await requireAdminToConfirm(form);
    const { password } = validate(confirmPasswordSchema, { password: form.get("password") });
    // The password could be guessed here as well as on the sign-in page.
    await attemptInSession(admin, { run: () => confirmPassword(admin, password) });
    return { isDone: true, message: "Your password is confirmed.", fields: {}, values: {} };
  } catch (error) {
    return toFormState(error, form);
  }
}

/** Whether a change or a download would go through now. */
export async function isConfirmedAction(): Promise<boolean> {
  return isConfirmed();
}
