"use client";

import { useHydrated } from "@/components/ui/hydrated";
import { inputStyle } from "@/components/ui/input-style";

const WHY = "A whole key is found only where scripts run. Its beginning, as lists show it, is found everywhere.";

/** `pattern`: browsers hold a form to it where no script does. `forms`: how credentials of other products look, in JSON. Its name is `label`, or that of the label for its `id`. */
export type SearchInputProps = {
  placeholder: string;
  value: string;
  pattern: string;
  forms?: string | undefined;
  name?: string;
  list?: string;
} & ({ label: string; id?: never } | { label?: never; id: string });

/** `data-search` is what a shortcut leads to. */
export function SearchInput({ id, label, placeholder, value, pattern, forms, name = "q", list }: SearchInputProps) {
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
      pattern={pattern}
      title={isHydrated ? undefined : WHY}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      data-search
      data-forms={forms}
      className={`${inputStyle} text-ellipsis`}
    />
  );
}
