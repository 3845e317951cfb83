"use server";

import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { requireUserOfForm } from "@/lib/doors/page-guards";
import { revokeOwnKeys } from "@/lib/keys/revoke-all";

export async function revokeAllAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    await revokeOwnKeys(await requireUserOfForm(form));
  } catch (error) {
    return toFormState(error, form);
  }
  redirect("/keys?status=revoked");
}
