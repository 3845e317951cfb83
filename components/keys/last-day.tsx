"use client";

import { useEffect, useRef } from "react";
import { useFormState } from "@/components/ui/form";
import { inputStyle } from "@/components/ui/input-style";

type Props = {
  onDate: (date: string) => void;
  /** The first day that can be chosen. */
  min?: string;
  /** The ids of what is said of it. */
  notes: string | undefined;
};

/** Within `group/expiry`: there when its choice is a date, without scripts too. */
export function LastDay({ onDate, min, notes }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const tell = useRef(onDate);
  const { fields, values } = useFormState();
  // Typed before there were scripts, or sent without any.
  useEffect(() => tell.current(input.current?.value ?? ""), []);
  return (
    <input
      ref={input}
      type="date"
      name="last_day"
      aria-label="Last day"
      defaultValue={values.last_day}
      min={min}
      onChange={(event) => onDate(event.target.value)}
      aria-invalid={fields.expires_at ? true : undefined}
      aria-describedby={notes}
      className={`mt-2 max-w-44 ${inputStyle.replace("block", "hidden")} group-has-[[value=date]:checked]/expiry:block`}
    />
  );
}
