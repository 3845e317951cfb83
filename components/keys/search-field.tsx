import { CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import { bitsOf, type CredentialForm, SERVICE_FORM, STRONG_BITS, signsOf } from "@latchkey/rule/forms";
import { knownForms } from "@latchkey/rule/known-forms";
import { inputStyle } from "@/components/ui/input-style";
import { SearchInput } from "./search-input";

const WHY = "A whole key is found only where scripts run. Its beginning, as lists show it, is found everywhere.";

/** Its name is `label`, or that of the label for its `id`. */
type Props = { placeholder: string; value: string; name?: string; list?: string } & (
  | { label: string; id?: never }
  | { label?: never; id: string }
);

/** Where something is typed, or a credential pasted. Made on the server: what credentials look like is no script of the page. */
export function SearchField({ id, label, placeholder, value, name = "q", list }: Props) {
  const forms = knownForms();
  return (
    <SearchInput
      id={id}
      type="search"
      name={name}
      list={list}
      defaultValue={value}
      aria-label={label}
      placeholder={placeholder}
      // Browsers hold a form to it where no script does.
      pattern={withoutCredential(forms)}
      why={WHY}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      // What a shortcut leads to, and how credentials of other products look.
      data-search
      data-forms={forms.length > 0 ? JSON.stringify(forms) : undefined}
      className={`${inputStyle} text-ellipsis`}
    />
  );
}

/** Whatever holds no more of a credential than lists show. */
export function withoutCredential(forms: readonly CredentialForm[]): string {
  const ours = `(?!.*(?:${[...Object.values(CREDENTIAL_PREFIXES), SERVICE_FORM.prefix].join("|")})[0-9A-Za-z]{7})`;
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
