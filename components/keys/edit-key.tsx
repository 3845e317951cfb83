"use client";

import type { KeyLimits } from "@latchkey/rule/limits";
import { useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { Form, useFormState } from "@/components/ui/form";
import { useTimeZone } from "@/components/ui/moment";
import { describedBy, FieldNotes, inputStyle, TextField } from "@/components/ui/text-field";
import type { FormAction } from "@/lib/doors/form-state";
import { endOfDay } from "@/lib/values/zones";
import { LimitFields } from "./limit-fields";
import { NoteField } from "./note-field";

const EXPIRY = [
  { value: "keep", label: "Keep" },
  { value: "date", label: "End earlier" },
] as const;

const EARLIER = "Only earlier than now. For a later end, regenerate the key: new credentials may live longer.";

type Props = {
  uuid: string;
  name: string;
  note: string | null;
  selfRotation: boolean;
  limits: KeyLimits;
  action: FormAction;
};

/** Rename, note, limit further, end earlier, let it replace itself. */
export function EditKey({ uuid, name, note, selfRotation, limits, action }: Props) {
  // Once saved, the choices start again from "keep".
  const [version, setVersion] = useState(0);
  return (
    <Form
      submit="Save changes"
      action={async (state, form) => {
        const next = await action(state, form);
        if (next.isDone) setVersion((before) => before + 1);
        return next;
      }}
    >
      <div key={version} className="space-y-5">
        <input type="hidden" name="uuid" value={uuid} />
        <TextField name="key_name" label="Name" required autoComplete="off" defaultValue={name} />
        <NoteField current={note} />
        <LimitFields current={limits} />
        <EarlierEnd />
        <label className="flex items-start gap-2">
          <input type="checkbox" name="self_rotation" defaultChecked={selfRotation} className="mt-0.5 size-4" />
          <span>
            Programs may regenerate it
            <span className="block text-ink-muted text-sm">Whoever holds the credential can replace it by a new one.</span>
          </span>
        </label>
      </div>
    </Form>
  );
}

function EarlierEnd() {
  const id = useId();
  const timeZone = useTimeZone();
  const errors = useFormState().fields.expires_at;
  const [isOpen, setOpen] = useState(false);
  const [date, setDate] = useState("");
  return (
    <div>
      <Choices name="expiry" legend="Expiry" options={EXPIRY} initial="keep" onChange={(value) => setOpen(value === "date")} />
      {isOpen && (
        <>
          <input
            type="date"
            aria-label="Last day"
            value={date}
            onChange={(event) => setDate(event.target.value)}
            aria-invalid={errors ? true : undefined}
            aria-describedby={describedBy(id, EARLIER, errors)}
            className={`mt-2 max-w-44 ${inputStyle}`}
          />
          <input type="hidden" name="expires_at" value={endOfDay(date, timeZone)?.toISOString() ?? "no date"} />
        </>
      )}
      <FieldNotes id={id} errors={errors} hint={isOpen ? EARLIER : undefined} />
    </div>
  );
}
