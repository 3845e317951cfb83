"use client";

import type { LimitName } from "@latchkey/rule/limits";
import { type ReactNode, useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useFormState } from "@/components/ui/form";
import { describedBy, FieldNotes, inputStyle } from "@/components/ui/text-field";
import type { LimitTexts } from "./limit-texts";

type FieldProps = { current?: string };

const FIELDS: Record<LimitName, (props: FieldProps) => ReactNode> = { permissions: PermissionsField };

/** What a key is limited to: a new one, or, with the limits it has, one that is limited further. */
export function LimitFields({ current }: { current?: LimitTexts }) {
  return Object.entries(FIELDS).map(([name, Field]) => <Field key={name} current={current?.[name as LimitName]} />);
}

const NEW_PERMISSIONS = {
  choices: [
    { value: "all", label: "All" },
    { value: "read", label: "Read only" },
    { value: "custom", label: "Custom" },
  ],
  initial: "all",
  label: "Custom permissions",
  hint: "Actions such as read, write, or one resource:action to a line.",
  placeholder: "sms:send\nreports:read",
} as const;

const FEWER_PERMISSIONS = {
  choices: [
    { value: "keep", label: "Keep" },
    { value: "custom", label: "Take some away" },
  ],
  initial: "keep",
  label: "Permissions that stay",
  hint: "Only what the key already has.",
  placeholder: undefined,
} as const;

function PermissionsField({ current }: FieldProps) {
  const { choices, initial, label, hint, placeholder } = current === undefined ? NEW_PERMISSIONS : FEWER_PERMISSIONS;
  const id = useId();
  const { fields, values } = useFormState();
  const [access, setAccess] = useState<string>(initial);
  return (
    <div>
      <Choices name="access" legend="Permissions" options={choices} initial={initial} onChange={setAccess} />
      {access === "custom" && (
        <div className="mt-2">
          <textarea
            name="permissions"
            rows={3}
            aria-label={label}
            defaultValue={values.permissions ?? current}
            placeholder={placeholder}
            spellCheck={false}
            autoCapitalize="none"
            aria-invalid={fields.permissions ? true : undefined}
            aria-describedby={describedBy(id, hint, fields.permissions)}
            className={`h-auto py-2 font-mono text-sm ${inputStyle.replace("h-9 ", "")}`}
          />
          <FieldNotes id={id} hint={hint} errors={fields.permissions} />
        </div>
      )}
    </div>
  );
}
