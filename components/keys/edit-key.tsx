"use client";

import type { KeyLimits } from "@latchkey/rule/limits";
import { useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { Form, useFormState } from "@/components/ui/form";
import { useHydrated } from "@/components/ui/hydrated";
import { describedBy, FieldNotes, TextField } from "@/components/ui/text-field";
import { TickField } from "@/components/ui/tick-field";
import { useTimeZone } from "@/components/ui/time-zone";
import type { FormAction } from "@/lib/doors/form-state";
import { endOfDay } from "@/lib/values/zones";
import { LastDay } from "./last-day";
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
  const isHydrated = useHydrated();
  const renewing: FormAction = async (state, form) => {
    const next = await action(state, form);
    if (next.isDone) setVersion((before) => before + 1);
    return next;
  };
  return (
    <Form submit="Save changes" action={isHydrated ? renewing : action}>
      <div key={version} className="space-y-5">
        <input type="hidden" name="uuid" value={uuid} />
        <TextField name="key_name" label="Name" required autoComplete="off" defaultValue={name} />
        <NoteField current={note} />
        <LimitFields current={limits} />
        <EarlierEnd />
        <TickField
          name="self_rotation"
          label="Programs may regenerate it"
          hint="Whoever holds the credential can replace it by a new one."
          initial={selfRotation}
        />
      </div>
    </Form>
  );
}

function EarlierEnd() {
  const id = useId();
  const timeZone = useTimeZone();
  const isHydrated = useHydrated();
  const errors = useFormState().fields.expires_at;
  const [isOpen, setOpen] = useState(false);
  const [date, setDate] = useState("");
  return (
    <div className="group/expiry">
      <Choices name="expiry" legend="Expiry" options={EXPIRY} initial="keep" onChange={(value) => setOpen(value === "date")} />
      <LastDay onDate={setDate} notes={describedBy(id, EARLIER, errors)} />
      {isHydrated && isOpen && (
        <input type="hidden" name="expires_at" value={endOfDay(date, timeZone)?.toISOString() ?? "no date"} />
      )}
      <FieldNotes id={id} errors={errors} hint={isOpen || !isHydrated ? EARLIER : undefined} />
    </div>
  );
}
