"use client";

import { useId } from "react";
import { useFormState } from "@/components/ui/form";
import { inputStyle } from "@/components/ui/input-style";
import { describedBy, FieldLabel, FieldNotes } from "@/components/ui/text-field";
import { useTimeZone } from "@/components/ui/time-zone";
import { dayIn } from "@/lib/values/zones";

const HINT = "Its last day, which counts whole. None: until you revoke it.";

/** When a service ends. What it has stays to the second where its day is left as it is. */
export function EndDay({ current }: { current: Date | null }) {
  const id = useId();
  const timeZone = useTimeZone();
  const { fields, values } = useFormState();
  const errors = fields.expiresAt;
  const day = current ? dayIn(new Date(current.getTime() - 1), timeZone) : "";
  return (
    <div>
      <FieldLabel id={id} label="Last day" isOptional />
      <input
        id={id}
        type="date"
        name="last_day"
        defaultValue={values.last_day ?? day}
        aria-invalid={errors ? true : undefined}
        aria-describedby={describedBy(id, HINT, errors)}
        className={`max-w-44 ${inputStyle}`}
      />
      {current && (
        <>
          <input type="hidden" name="former_day" value={day} />
          <input type="hidden" name="former_end" value={current.toISOString()} />
        </>
      )}
      <FieldNotes id={id} hint={HINT} errors={errors} />
    </div>
  );
}
