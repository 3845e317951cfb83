"use server";

import { redirect } from "next/navigation";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { requireUserOfForm } from "@/lib/doors/page-guards";
import { receiptsOfDeed } from "@/lib/doors/tell-change";
import { revokeOwnKeys } from "@/lib/keys/revoke-all";

export async function revokeAllAction(_state: FormState, form: FormData): Promise<FormState> {
  let change: string | undefined;
  try {
    const user = await requireUserOfForm(form);
    await revokeOwnKeys(user);
    change = (await receiptsOfDeed(user.actor, user.id)).receipts?.change;
  } catch (error) {
    return toFormState(error, form);
  }
  redirect(change === undefined ? "/keys?status=revoked" : `/keys/revoke-all?change=${change}`);
}
