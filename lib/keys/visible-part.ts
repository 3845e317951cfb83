import { CREDENTIAL_FORMATS, type CredentialFormat } from "@latchkey/rule/credentials";
import type { AddValue } from "@/lib/database/statements";

/** What lists show of a credential, or the beginning of that: without a prefix, `format` is null. */
export type VisiblePart = { format: CredentialFormat | null; hint: string };

const FORM = new RegExp(`^(?:(${CREDENTIAL_FORMATS.join("|")})_)?([0-9A-Za-z]{2,6})$`);

export function readVisiblePart(text: string): VisiblePart | null {
  const [, format, hint] = FORM.exec(text) ?? [];
  return hint ? { format: CREDENTIAL_FORMATS.find((each) => each === format) ?? null, hint } : null;
}

/** On the columns of `k`. */
export function whereHint({ format, hint }: VisiblePart, add: AddValue): string {
  return `${format ? `k.format = '${format}' AND ` : ""}k.hint LIKE ${add("hint", `${hint}%`)}`;
}
