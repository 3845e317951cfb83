"use client";

import { useId } from "react";
import { useFormState } from "./form";
import { describedBy, FieldNotes } from "./text-field";

type Props = { name: string; label: string; hint?: string; initial?: boolean };

/** One thing to say yes to. A form that was sent and refused has it as it was sent. */
export function TickField({ name, label, hint, initial = false }: Props) {
  const id = useId();
  const { fields, values } = useFormState();
  const errors = fields[name];
  // Nothing is sent of what is not ticked.
  const isSent = Object.keys(values).length > 0;
  return (
    <div>
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          name={name}
          defaultChecked={isSent ? values[name] === "on" : initial}
          aria-invalid={errors ? true : undefined}
          aria-describedby={describedBy(id, undefined, errors)}
          className="mt-0.5 size-4"
        />
        <span>
          {label}
          {hint && <span className="block text-ink-muted text-sm">{hint}</span>}
        </span>
      </label>
      <FieldNotes id={id} hint={undefined} errors={errors} />
    </div>
  );
}
