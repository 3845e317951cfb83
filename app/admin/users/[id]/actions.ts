"use server";

import { refresh } from "next/cache";
import type { z } from "zod";
import type { CurrentAdmin } from "@/lib/audit/actors";
import type { FormState } from "@/lib/doors/form-state";
import { requireFreshAdmin } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import { receiptsOfDeed } from "@/lib/doors/tell-change";
import type { RevokeAllState } from "@/lib/users/action-states";
import { adjustCredits } from "@/lib/users/adjust-credits";
import { banUser, endSessions, unbanUser } from "@/lib/users/bans";
import { revokeAllKeys } from "@/lib/users/revoke-all-keys";
import { changeRole } from "@/lib/users/roles";
import { adjustCreditsSchema, banSchema, changeRoleSchema, userActionSchema } from "@/lib/users/schemas";
import { toRefusal } from "../../refusal";

export async function adjustCreditsAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, adjustCreditsSchema, async (admin, input) => {
    const balance = await adjustCredits(admin, input);
    const done = input.amount > 0 ? `${figure(input.amount)} credits added.` : `${figure(-input.amount)} credits removed.`;
    return { message: `${done} The balance is now ${figure(balance)}.` };
  });
}

export async function banUserAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, banSchema, async (admin, input) => {
    const ended = await banUser(admin, input);
    return { message: `Banned. Their keys are refused from now on; ${sessionsEnded(ended)}` };
  });
}

export async function unbanUserAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, banSchema, async (admin, input) => {
    await unbanUser(admin, input);
    return { message: "Unbanned. They can sign in, and those of their keys that are active work again." };
  });
}

export async function changeRoleAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, changeRoleSchema, async (admin, input) => {
    await changeRole(admin, input);
    return { message: input.to === "admin" ? "They are an administrator now." : "They are no administrator any more." };
  });
}

export async function endSessionsAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, userActionSchema, async (admin, { user }) => {
    const ended = await endSessions(admin, user);
    return { message: ended === 0 ? "There was no session left to end." : `Done: ${sessionsEnded(ended)}` };
  });
}

export async function revokeAllKeysAction(_state: FormState, form: FormData): Promise<RevokeAllState> {
  return change(form, userActionSchema, async (admin, { user }) => {
    const revoked = await revokeAllKeys(admin, user);
    const keys = revoked.length === 1 ? "1 key is revoked." : `${figure(revoked.length)} keys are revoked.`;
    return { message: revoked.length === 0 ? "There was no key left to revoke." : keys, revoked };
  });
}

/** Who comes before what they sent. */
async function change<Schema extends z.ZodType, Result extends { message: string }>(
  form: FormData,
  schema: Schema,
  run: (admin: CurrentAdmin, input: z.output<Schema>) => Promise<Result>,
): Promise<FormState & Partial<Result>> {
  try {
    const admin = await requireFreshAdmin(form);
    const result = await run(admin, validate(schema, Object.fromEntries(form)));
    const told = await receiptsOfDeed(admin.actor, null);
    refresh();
    return { isDone: true, fields: {}, values: {}, ...result, ...told };
  } catch (error) {
    return (await toRefusal(error, form)) as FormState & Partial<Result>;
  }
}

function sessionsEnded(count: number): string {
  if (count === 0) return "they were signed in nowhere.";
  return count === 1 ? "one session was ended." : `${figure(count)} sessions were ended.`;
}

function figure(amount: number): string {
  return amount.toLocaleString("en-GB");
}
