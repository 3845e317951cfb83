"use client";

import { useId } from "react";
import { useFormState } from "@/components/ui/form";
import { inputStyle } from "@/components/ui/input-style";
import { describedBy, FieldLabel, FieldNotes } from "@/components/ui/text-field";
import { MAX_NOTE_LENGTH } from "@/lib/values/lengths";

const HINT = "Where it is used, who has it. Never a credential.";

/** What the owner wants to remember of a key. */
export function NoteField({ current }: { current: string | null }) {
  const id = useId();
  const { fields, values } = useFormState();
  return (
    <div>
      <FieldLabel id={id} label="Note" isOptional />
      <textarea
        id={id}
        name="note"
        rows={2}
        maxLength={MAX_NOTE_LENGTH}
        defaultValue={values.note ?? current ?? ""}
        aria-invalid={fields.note ? true : undefined}
        aria-describedby={describedBy(id, HINT, fields.note)}
        className={`h-auto py-2 ${inputStyle.replace("h-9 ", "")}`}
      />
      <FieldNotes id={id} hint={HINT} errors={fields.note} />
    </div>
  );
}
