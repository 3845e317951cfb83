"use server";

import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { verifyEmail } from "@/lib/identity/email-verification";
import { countVisitor } from "../visitor";

export async function verifyEmailAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const { actor } = await countVisitor();
    await verifyEmail(actor, String(form.get("token") ?? "").slice(0, 200));
  } catch (error) {
    return toFormState(error, form);
  }
  redirect("/settings");
}
