"use client";

import { useEffect, useRef } from "react";
import { useFormState } from "./form";

type Props<Value extends string> = {
  name: string;
  legend: string;
  options: readonly { value: Value; label: string }[];
  initial: Value;
  onChange?: (value: Value) => void;
};

/** One of a few, side by side. Radio buttons, so that arrow keys and forms work as everywhere. */
export function Choices<Value extends string>({ name, legend, options, initial, onChange }: Props<Value>) {
  const chosen = useFormState().values[name] ?? initial;
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const tell = useRef(onChange);
  // What was chosen before there were scripts, nobody has heard of yet.
  useEffect(() => {
    const checked = fieldset.current?.querySelector<HTMLInputElement>(":checked");
    if (checked && !checked.defaultChecked) tell.current?.(checked.value as Value);
  }, []);
  return (
    <fieldset ref={fieldset}>
      <legend className="mb-1.5 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map(({ value, label }) => (
          <label
            key={value}
            className="flex h-8 cursor-pointer items-center rounded-md border border-line px-3 text-ink-muted transition-colors hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
          >
            <input
              type="radio"
              name={name}
              value={value}
              defaultChecked={chosen === value}
              onChange={() => onChange?.(value)}
              className="sr-only"
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
