"use client";

import type { KeyLimits, LimitName } from "@latchkey/rule/limits";
import type { Permissions } from "@latchkey/rule/permissions";
import { type ReactNode, useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useFormState } from "@/components/ui/form";
import { inputStyle } from "@/components/ui/input-style";
import { describedBy, FieldNotes } from "@/components/ui/text-field";
import { isPreset, PERMISSION_ALPHABET, PRESETS, parsePermissionsText } from "@/lib/keys/permissions-text";
import { Granted } from "./granted";
import { wordsOf } from "./limit-texts";

type FieldProps = { current: KeyLimits | undefined };

const FIELDS: Record<LimitName, (props: FieldProps) => ReactNode> = { permissions: PermissionsField };

/** What a key is limited to: a new one, or, with the limits it has, one that is limited further. */
export function LimitFields({ current }: { current?: KeyLimits }) {
  return Object.entries(FIELDS).map(([name, Field]) => <Field key={name} current={current} />);
}

const NEW_PERMISSIONS = {
  choices: [
    { value: "everything", label: "All" },
    { value: "read-write", label: "Read and write" },
    { value: "read", label: "Read only" },
    { value: "custom", label: "Custom" },
  ],
  initial: "read-write",
  label: "Custom permissions",
  hint: `Actions such as read, or a resource and its action such as sms:send, with spaces or commas between them. Where both are used, an action alone counts for every resource. Names have ${PERMISSION_ALPHABET}; * stands for all.`,
  placeholder: "sms:send reports:read",
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
  const { choices, initial, label, hint, placeholder } = current ? FEWER_PERMISSIONS : NEW_PERMISSIONS;
  const id = useId();
  const { fields, values } = useFormState();
  const [access, setAccess] = useState<string>(initial);
  const [typed, setTyped] = useState(values.permissions ?? (current ? wordsOf(current.permissions).join(", ") : ""));
  const asList = current !== undefined && Array.isArray(current.permissions);
  const granted = findGranted(access, typed, asList);
  return (
    <div className="group/permissions">
      <Choices name="access" legend="Permissions" options={choices} initial={initial} onChange={setAccess} />
      {/* Without scripts, too: it is there where it is needed. */}
      <div className="mt-2 hidden group-has-[input[value=custom]:checked]/permissions:block">
        {asList && <input type="hidden" name="permissions_are" value="list" />}
        <textarea
          name="permissions"
          rows={3}
          aria-label={label}
          defaultValue={typed}
          onChange={(event) => setTyped(event.target.value)}
          placeholder={placeholder}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          translate="no"
          aria-invalid={fields.permissions ? true : undefined}
          aria-describedby={describedBy(id, hint, fields.permissions)}
          className={`h-auto py-2 font-mono text-sm ${inputStyle.replace("h-9 ", "")}`}
        />
        <FieldNotes id={id} hint={hint} errors={fields.permissions} />
      </div>
      {granted && (
        <div role="status" className="noscript:hidden mt-2">
          {"permissions" in granted && <Granted permissions={granted.permissions} />}
          {"problem" in granted && !fields.permissions && <p className="text-ink-muted text-sm">{granted.problem}</p>}
        </div>
      )}
    </div>
  );
}

/** What the key would be granted, or why that is nothing yet; null while there is nothing to say. */
function findGranted(access: string, typed: string, asList: boolean): { permissions: Permissions } | { problem: string } | null {
  if (isPreset(access)) return { permissions: PRESETS[access] };
  return access === "custom" && typed.trim() !== "" ? parsePermissionsText(typed, { asList }) : null;
}
