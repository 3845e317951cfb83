"use server";

import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { findUser } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import { verifyEmail } from "@/lib/identity/email-verification";
import { verifyEmailSchema } from "@/lib/identity/schemas";
import { openSession } from "@/lib/identity/sessions";
import { keepSession } from "../keep-session";
import { countVisitor } from "../visitor";

export async function verifyEmailAction(_state: FormState, form: FormData): Promise<FormState> {
  let page: string;
  try {
    const { actor, userAgent } = await countVisitor();
    const { token, answer } = validate(verifyEmailSchema, Object.fromEntries(form));
    const visitor = (await findUser())?.id ?? null;
    const { userId, isReclaimed, isBanned } = await verifyEmail(actor, token, { visitor, answer });
    if (isReclaimed && !isBanned) await keepSession((await openSession(actor, userId, userAgent)).sessionId);
    // What the page says then is looked up by the link, and not believed because an address says so.
    page = `/verify-email?${new URLSearchParams({ token, done: isReclaimed ? "reclaimed" : "confirmed" })}`;
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(page);
}
