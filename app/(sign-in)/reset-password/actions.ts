"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { actorOf } from "@/lib/doors/incoming";
import { validate } from "@/lib/doors/read-json";
import { resetPassword } from "@/lib/identity/password-reset";
import { withReturnPath } from "@/lib/identity/return-path";
import { resetPasswordSchema } from "@/lib/identity/schemas";
import { countAttempt } from "@/lib/identity/throttle";

export async function resetPasswordAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const actor = actorOf({ headers: await headers() }, "user", null);
    await countAttempt({ address: actor.address });
    const { token, password } = validate(resetPasswordSchema, Object.fromEntries(form));
    await resetPassword(actor, token, password);
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(withReturnPath("/sign-in?done=reset", form.get("next")));
}
