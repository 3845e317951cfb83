import { CREDENTIAL_FORMATS, type KeyFormat } from "@latchkey/rule/credentials";
import { shownOf } from "@latchkey/rule/forms";
import { knownForms } from "@latchkey/rule/known-forms";
import type { AddValue } from "@/lib/database/statements";

/** What lists show of a credential, or the beginning of that: without a prefix, `format` is null. */
export type VisiblePart = { format: KeyFormat | null; hint: string };

const FORM = new RegExp(`^(?:(${CREDENTIAL_FORMATS.join("|")})_)?([0-9A-Za-z]{2,6})$`);
const SIGNS = /^[\w.~+/=-]{2,6}$/;

/** Of which credentials it can be a part: one of ours and one of another product may begin alike. */
export function readVisibleParts(text: string): VisiblePart[] {
  const [, format, hint] = FORM.exec(text) ?? [];
  const ours = hint ? [{ format: CREDENTIAL_FORMATS.find((each) => each === format) ?? null, hint }] : [];
  const isForeign = knownForms().some((form) => {
    const rest = text.slice(form.prefix.length);
    return text.startsWith(form.prefix) && rest.length <= shownOf(form) && SIGNS.test(rest);
  });
  // The hint of a foreign one begins with its prefix. Without any, it is found as one of whatever format.
  const isFoundAnyway = ours.some((part) => part.format === null);
  return isForeign && !isFoundAnyway ? [...ours, { format: "foreign", hint: text }] : ours;
}

/** On the columns of `k`. */
export function whereHint({ format, hint }: VisiblePart, add: AddValue): string {
  return `${format ? `k.format = '${format}' AND ` : ""}k.hint LIKE ${add("hint", `${hint.replace(/[\\%_]/g, "\\$&")}%`)}`;
}
