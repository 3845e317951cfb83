import { CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import { bitsOf, type CredentialForm, STRONG_BITS, signsOf } from "@latchkey/rule/forms";
import { knownForms } from "@latchkey/rule/known-forms";
import { SearchInput, type SearchInputProps } from "./search-input";

type Without<Names extends string, Props> = Props extends unknown ? Omit<Props, Names> : never;

/** Where something is typed, or a credential pasted. Made on the server: what credentials look like is no script of the page. */
export function SearchField(props: Without<"pattern" | "forms", SearchInputProps>) {
  const forms = knownForms();
  return (
    <SearchInput {...props} pattern={withoutCredential(forms)} forms={forms.length > 0 ? JSON.stringify(forms) : undefined} />
  );
}

/** Whatever holds no more of a credential than lists show. */
export function withoutCredential(forms: readonly CredentialForm[]): string {
  const ours = `(?!.*(?:${Object.values(CREDENTIAL_PREFIXES).join("|")})[0-9A-Za-z]{7})`;
  return `${ours}${[...new Set(forms.flatMap(withoutOne))].join("")}.*`;
}

function withoutOne(form: CredentialForm): string[] {
  const signs = classOf(form);
  if (form.prefix) return [`(?!.*${form.prefix}[${signs}]{7})`];
  return bitsOf(form) < STRONG_BITS ? [] : [`(?!(?:.*[^${signs}])?[${signs}]{${form.length}}(?:[^${signs}].*)?$)`];
}

/** In browsers a class of characters has more signs that need a backslash. */
function classOf({ signs }: CredentialForm): string {
  return signsOf(signs).replace(/[/]|-$/g, "\\$&");
}
