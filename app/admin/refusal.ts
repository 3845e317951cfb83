import "server-only";
import { refresh } from "next/cache";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { AppError } from "@/lib/values/errors";

/**
 * What a form of staff is told of a failure. After a conflict the page shows what is there now, so that one can decide anew. To
 * another account the page is none: what was typed would go with it.
 */
export async function toRefusal(error: unknown, form: FormData): Promise<FormState> {
  if (error instanceof AppError && error.status === 409 && error.code !== "OTHER_ACCOUNT") refresh();
  return toFormState(error, form);
}
