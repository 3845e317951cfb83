"use server";

import { redirect } from "next/navigation";
import type { FormState } from "@/lib/doors/form-state";
import { endGraceAction, pauseKeyAction, revokeKeysAction } from "../actions";
import { textOf } from "../form-fields";

// What the pages of one key's deeds send. A dialog stays where it is when it is done; a page leads back to the key.

export async function revokeOnPageAction(state: FormState, form: FormData): Promise<FormState> {
  const { results, ...next } = await revokeKeysAction(state, form);
  if (!results) return next;
  const problem = results.find(({ problem }) => problem !== null)?.problem;
  if (problem) return { ...next, message: problem };
  leadBack(form);
}

export async function pauseOnPageAction(state: FormState, form: FormData): Promise<FormState> {
  const next = await pauseKeyAction(state, form);
  if (!next.isDone) return next;
  leadBack(form);
}

export async function endGraceOnPageAction(state: FormState, form: FormData): Promise<FormState> {
  const next = await endGraceAction(state, form);
  if (!next.isDone) return next;
  leadBack(form);
}

function leadBack(form: FormData): never {
  redirect(`/keys/${encodeURIComponent(textOf(form, "uuid"))}`);
}
