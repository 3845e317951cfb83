"use server";

import { type FormState, toFormState } from "@/lib/doors/form-state";
import { requireFreshAdmin } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import type { ImportState } from "@/lib/imports/action-states";
import { discardUpload, importUpload, keptFileSchema } from "@/lib/imports/uploads";

export async function importFileAction(_state: FormState, form: FormData): Promise<ImportState> {
  try {
    const admin = await requireFreshAdmin(form);
    const { file } = validate(keptFileSchema, { file: form.get("file") });
    return { isDone: true, fields: {}, values: {}, done: await importUpload(admin, file) };
  } catch (error) {
    return toFormState(error, form);
  }
}

export async function discardFileAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const admin = await requireFreshAdmin(form);
    const { file } = validate(keptFileSchema, { file: form.get("file") });
    await discardUpload(admin, file);
    return { isDone: true, fields: {}, values: {} };
  } catch (error) {
    return toFormState(error, form);
  }
}
