"use client";

import { useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useFormState } from "@/components/ui/form";
import { describedBy, FieldNotes, inputStyle } from "@/components/ui/text-field";

const ACCESS = [
  { value: "all", label: "All" },
  { value: "read", label: "Read only" },
  { value: "custom", label: "Custom" },
] as const;

const HINT = "Actions such as read, write, or one resource:action to a line.";

export function PermissionsField() {
  const id = useId();
  const { fields, values } = useFormState();
  const [access, setAccess] = useState<(typeof ACCESS)[number]["value"]>("all");
  return (
    <div>
      <Choices name="access" legend="Permissions" options={ACCESS} initial="all" onChange={setAccess} />
      {access === "custom" && (
        <div className="mt-2">
          <textarea
            name="permissions"
            rows={3}
            aria-label="Custom permissions"
            defaultValue={values.permissions}
            placeholder={"sms:send\nreports:read"}
            spellCheck={false}
            autoCapitalize="none"
            aria-invalid={fields.permissions ? true : undefined}
            aria-describedby={describedBy(id, HINT, fields.permissions)}
            className={`h-auto py-2 font-mono text-sm ${inputStyle.replace("h-9 ", "")}`}
          />
          <FieldNotes id={id} hint={HINT} errors={fields.permissions} />
        </div>
      )}
    </div>
  );
}
