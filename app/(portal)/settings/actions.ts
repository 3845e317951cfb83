"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { mailLater } from "@/app/_shell/mail-later";
import { type FormState, requireForm, toFormState } from "@/lib/doors/form-state";
import { requireUser, requireUserOfForm } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import { updateProfile } from "@/lib/identity/accounts";
import { attemptInSession } from "@/lib/identity/attempts";
import { mailVerificationLink } from "@/lib/identity/email-verification";
import { changePassword } from "@/lib/identity/passwords";
import { changePasswordSchema, replaceProfileSchema } from "@/lib/identity/schemas";
import { endOtherSessions, endSession } from "@/lib/identity/sessions";
import { countMail } from "@/lib/identity/throttle";
import { countWrite } from "@/lib/identity/write-rate";

import { mailRoute } from "@/lib/notifications/mail";

const PATH = "/settings";
const REVOKE_ALL = { href: "/keys/revoke-all", text: "Revoke all keys" };

export async function updateProfileAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const user = await requireUserOfForm(form);
    await countWrite(user.id);
    await updateProfile(user, validate(replaceProfileSchema, Object.fromEntries(form)));
  } catch (error) {
    return toFormState(error, form);
  }
  // The time zone is what every page is written in.
  revalidatePath("/", "layout");
  return { message: "Your profile is saved.", isDone: true, fields: {}, values: {} };
}

export async function changePasswordAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const user = await requireUserOfForm(form);
    const { currentPassword: current, newPassword: text } = validate(changePasswordSchema, Object.fromEntries(form));
    // The current password could be guessed here as well as on the sign-in page.
    const { sessionsEnded, keysWorking } = await attemptInSession(user, {
      run: () => changePassword(user, { current, next: { text, field: "newPassword" } }),
    });
    revalidatePath(PATH);
    const message = `Your password is changed. ${signedOut(sessionsEnded)}`;
    const done = { isDone: true, fields: {}, values: {} };
    if (keysWorking === 0) return { message, ...done };
    return { message: `${message} ${goingOn(keysWorking)}`, offer: REVOKE_ALL, ...done };
  } catch (error) {
    return toFormState(error, form);
  }
}

export async function mailVerificationAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const user = await requireUserOfForm(form);
    await countMail(user.email, "confirmation");
    mailLater(() => mailVerificationLink(user.id));
    return { message: linkMessage(user.email), isDone: true, fields: {}, values: {} };
  } catch (error) {
    return toFormState(error, form);
  }
}

function linkMessage(email: string): string {
  const route = mailRoute();
  if (route === "nowhere") return "This server sends no mail, so no link was sent.";
  return `${route === "out" ? `A link is on its way to ${email}.` : "This server sends no mail: the link is in its log."} It works once, for one day.`;
}

export async function endSessionAction(form: FormData): Promise<void> {
  requireForm(form);
  const user = await requireUser(PATH);
  const sessionId = z.uuid().safeParse(form.get("session"));
  if (sessionId.success) await endSession(user.actor, { sessionId: sessionId.data, userId: user.id });
  revalidatePath(PATH);
}

export async function endOtherSessionsAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const count = await endOtherSessions(await requireUser(PATH));
    revalidatePath(PATH);
    return { message: signedOut(count), isDone: true, fields: {}, values: {} };
  } catch (error) {
    return toFormState(error, form);
  }
}

function signedOut(count: number): string {
  if (count === 0) return "You were signed in nowhere else.";
  return count === 1 ? "One other session was signed out." : `${count} other sessions were signed out.`;
}

function goingOn(keys: number): string {
  return keys === 1 ? "One key goes on working." : `${keys} keys go on working.`;
}
