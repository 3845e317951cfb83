"use client";

import { useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { Form, useFormState } from "@/components/ui/form";
import { describedBy, FieldNotes, inputStyle, TextField } from "@/components/ui/text-field";
import type { FormAction } from "@/lib/doors/form-state";
import { endOfDay } from "./end-of-day";

const PERMISSIONS = [
  { value: "keep", label: "Keep" },
  { value: "custom", label: "Take some away" },
] as const;
const EXPIRY = [
  { value: "keep", label: "Keep" },
  { value: "date", label: "End earlier" },
] as const;

type Props = { uuid: string; name: string; permissions: string; action: FormAction };

/** Rename, take permissions away, end earlier. */
export function EditKey({ uuid, name, permissions, action }: Props) {
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
        <FewerPermissions permissions={permissions} />
        <EarlierEnd />
      </div>
    </Form>
  );
}

function FewerPermissions({ permissions }: { permissions: string }) {
  const id = useId();
  const { fields, values } = useFormState();
  const [isOpen, setOpen] = useState(false);
  const hint = "Only what the key already has.";
  return (
    <div>
      <Choices
        name="access"
        legend="Permissions"
        options={PERMISSIONS}
        initial="keep"
        onChange={(value) => setOpen(value === "custom")}
      />
      {isOpen && (
        <div className="mt-2">
          <textarea
            name="permissions"
            rows={3}
            aria-label="Permissions that stay"
            defaultValue={values.permissions ?? permissions}
            spellCheck={false}
            autoCapitalize="none"
            aria-invalid={fields.permissions ? true : undefined}
            aria-describedby={describedBy(id, hint, fields.permissions)}
            className={`py-2 font-mono text-sm ${inputStyle.replace("h-9 ", "")}`}
          />
          <FieldNotes id={id} hint={hint} errors={fields.permissions} />
        </div>
      )}
    </div>
  );
}

function EarlierEnd() {
  const id = useId();
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
            aria-describedby={describedBy(id, undefined, errors)}
            className={`mt-2 max-w-44 ${inputStyle}`}
          />
          <input type="hidden" name="expires_at" value={endOfDay(date)?.toISOString() ?? "no date"} />
        </>
      )}
      <FieldNotes id={id} errors={errors} hint={undefined} />
    </div>
  );
}
