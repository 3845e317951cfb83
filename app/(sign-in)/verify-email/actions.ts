"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { actorOf } from "@/lib/doors/incoming";
import { verifyEmail } from "@/lib/identity/email-verification";
import { countAttempt } from "@/lib/identity/throttle";

export async function verifyEmailAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const actor = actorOf({ headers: await headers() }, "user", null);
    await countAttempt({ address: actor.address });
    await verifyEmail(actor, String(form.get("token") ?? "").slice(0, 200));
  } catch (error) {
    return toFormState(error, form);
  }
  redirect("/settings");
}
