"use client";

import { useId } from "react";
import { useFormState } from "@/components/ui/form";
import { inputStyle } from "@/components/ui/input-style";
import { describedBy, FieldLabel, FieldNotes } from "@/components/ui/text-field";

type Props = { name: string; label: string; current: readonly string[] | undefined; hint: string };

/** Several of something, one to a line. */
export function ListField({ name, label, current = [], hint }: Props) {
  const id = useId();
  const { fields, values } = useFormState();
  const errors = fields[name];
  return (
    <div>
      <FieldLabel id={id} label={label} isOptional />
      <textarea
        id={id}
        name={name}
        rows={Math.min(Math.max(current.length, 2), 8)}
        defaultValue={values[name] ?? current.join("\n")}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        translate="no"
        aria-invalid={errors ? true : undefined}
        aria-describedby={describedBy(id, hint, errors)}
        className={`h-auto py-2 font-mono text-sm ${inputStyle.replace("h-9 ", "")}`}
      />
      <FieldNotes id={id} hint={hint} errors={errors} />
    </div>
  );
}
