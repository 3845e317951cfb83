"use client";

import { type ComponentProps, useId } from "react";
import { useFormState } from "./form";
import { inputStyle } from "./input-style";

type Props = Pick<ComponentProps<"input">, "autoComplete" | "inputMode" | "required" | "maxLength" | "defaultValue"> & {
  name: string;
  label: string;
  type?: "text" | "email" | "tel";
  hint?: string;
};

/** A line of text with its name above it and, when the form was refused because of it, why below it. */
export function TextField({ name, label, type = "text", hint, defaultValue, ...attributes }: Props) {
  const id = useId();
  const { fields, values } = useFormState();
  const errors = fields[name];
  return (
    <div>
      <FieldLabel id={id} label={label} isOptional={!attributes.required} />
      <input
        {...attributes}
        id={id}
        name={name}
        type={type}
        defaultValue={values[name] ?? defaultValue}
        aria-invalid={errors ? true : undefined}
        aria-describedby={describedBy(id, hint, errors)}
        className={inputStyle}
      />
      <FieldNotes id={id} hint={hint} errors={errors} />
    </div>
  );
}

export function FieldLabel({ id, label, isOptional }: { id: string; label: string; isOptional: boolean }) {
  return (
    <label htmlFor={id} className="mb-1.5 block font-medium">
      {label}
      {isOptional && <span className="font-normal text-ink-faint"> (optional)</span>}
    </label>
  );
}

export function describedBy(id: string, hint: string | undefined, errors: string[] | undefined): string | undefined {
  return [errors && `${id}-errors`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
}

export function FieldNotes({ id, hint, errors }: { id: string; hint: string | undefined; errors: string[] | undefined }) {
  return (
    <>
      {errors && (
        <p id={`${id}-errors`} className="mt-1.5 text-danger text-sm">
          {errors.join(" ")}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-ink-muted text-sm">
          {hint}
        </p>
      )}
    </>
  );
}
