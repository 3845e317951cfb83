"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { actorOf } from "@/lib/doors/incoming";
import { validate } from "@/lib/doors/read-json";
import { returnPath } from "@/lib/identity/return-path";
import { loginSchema } from "@/lib/identity/schemas";
import { signIn } from "@/lib/identity/sessions";
import { countAttempt } from "@/lib/identity/throttle";
import { keepSession } from "../keep-session";

export async function signInAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const sent = await headers();
    const actor = actorOf({ headers: sent }, "user", null);
    await countAttempt({ address: actor.address });
    const { email, password } = validate(loginSchema, Object.fromEntries(form));
    await countAttempt({ account: email });
    const { sessionId } = await signIn(actor, email, password, sent.get("user-agent"));
    await keepSession(sessionId);
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(returnPath(form.get("next")));
}
