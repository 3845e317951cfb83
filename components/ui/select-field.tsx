"use client";

import { useId } from "react";
import { useFormState } from "./form";
import { inputStyle } from "./input-style";
import { describedBy, FieldLabel, FieldNotes } from "./text-field";

type Props = { name: string; label: string; options: readonly string[]; defaultValue: string; hint?: string };

export function SelectField({ name, label, options, defaultValue, hint }: Props) {
  const id = useId();
  const { fields, values } = useFormState();
  const errors = fields[name];
  const value = values[name] ?? defaultValue;
  return (
    <div>
      <FieldLabel id={id} label={label} isOptional={false} />
      {/* A sent form is reset to what a select first showed, so another value needs another select. */}
      <select
        key={value}
        id={id}
        name={name}
        defaultValue={value}
        aria-invalid={errors ? true : undefined}
        aria-describedby={describedBy(id, hint, errors)}
        className={inputStyle}
      >
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
      <FieldNotes id={id} hint={hint} errors={errors} />
    </div>
  );
}
