"use client";

import { CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import { useHydrated } from "@/components/ui/hydrated";
import { inputStyle } from "@/components/ui/text-field";

/** Whatever holds no more of a credential than lists show. Browsers hold a form to it where no script does. */
const NO_CREDENTIAL = `(?!.*(?:${Object.values(CREDENTIAL_PREFIXES).join("|")})[0-9A-Za-z]{7}).*`;
const WHY = "A whole key is found only where scripts run. Its beginning, as lists show it, is found everywhere.";

/** Its name is `label`, or that of the label for its `id`. */
type Props = { placeholder: string; value: string; name?: string; list?: string } & (
  | { label: string; id?: never }
  | { label?: never; id: string }
);

/** Where something is typed, or a credential pasted. `data-search` is what a shortcut leads to. */
export function SearchField({ id, label, placeholder, value, name = "q", list }: Props) {
  const isHydrated = useHydrated();
  return (
    <input
      id={id}
      type="search"
      name={name}
      list={list}
      defaultValue={value}
      aria-label={label}
      placeholder={placeholder}
      pattern={NO_CREDENTIAL}
      title={isHydrated ? undefined : WHY}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      data-search
      className={`${inputStyle} text-ellipsis`}
    />
  );
}
