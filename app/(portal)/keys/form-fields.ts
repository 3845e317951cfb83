import { DEFAULT_PERMISSIONS, type Permissions } from "@latchkey/rule/permissions";
import type { FormState } from "@/lib/doors/form-state";
import { parsePermissionsText } from "@/lib/keys/permissions-text";
import { AppError, ERRORS, isErrorCode } from "@/lib/values/errors";
import { MAX_KEY_NAME_LENGTH } from "@/lib/values/lengths";

/** What to do, where the sentence for API clients speaks of JSON. */
const SENTENCES: Record<string, string> = {
  MISSING_KEY_NAME: "Give the key a name.",
  INVALID_KEY_NAME: `Use at most ${MAX_KEY_NAME_LENGTH} characters, all on one line.`,
  INVALID_PERMISSIONS: "Write actions such as read, write, or pairs such as sms:send, at most 4 KiB.",
  INVALID_EXPIRES_AT: "Choose a day.",
};

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** @throws AppError INVALID_PERMISSIONS */
export function readPermissions(form: FormData): Permissions {
  const access = textOf(form, "access");
  if (access === "all") return DEFAULT_PERMISSIONS;
  if (access === "read") return ["read"];
  const permissions = parsePermissionsText(textOf(form, "permissions"));
  if (!permissions) throw new AppError("INVALID_PERMISSIONS", { fields: { permissions: ["INVALID_PERMISSIONS"] } });
  return permissions;
}

/** @throws AppError INVALID_EXPIRES_AT for an instant that is over */
export function refusePast(expiresAt: Date | null): void {
  if (expiresAt && expiresAt <= new Date()) {
    throw new AppError("INVALID_EXPIRES_AT", { fields: { expires_at: ["Choose a moment that is still to come."] } });
  }
}

/** The shared schemas answer with codes; people get sentences. */
export function withSentences(state: FormState): FormState {
  const sentence = (text: string) => SENTENCES[text] ?? (isErrorCode(text) ? ERRORS[text].message : text);
  const fields = Object.entries(state.fields).map(([name, texts]) => [name, texts.map(sentence)]);
  return { ...state, fields: Object.fromEntries(fields) };
}
