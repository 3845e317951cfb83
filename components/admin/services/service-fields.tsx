"use client";

import { SCOPES, type Scope } from "@latchkey/rule/services";
import { type ReactNode, useId } from "react";
import { useFormState } from "@/components/ui/form";
import { describedBy, FieldNotes, TextField } from "@/components/ui/text-field";
import type { ListedService } from "@/lib/services/list";
import { EndDay } from "./end-day";
import { ListField } from "./list-field";
import { SCOPE_WORDS } from "./scope-words";

type Props = {
  /** The service that is changed; none where one is made. */
  current?: ListedService;
  /** Stands below the networks. */
  aboutNetworks?: ReactNode;
};

/** Who a service is, what it may do, from where, for whom and until when. */
export function ServiceFields({ current, aboutNetworks }: Props) {
  return (
    <div className="group/service space-y-5">
      <TextField
        name="name"
        label="Name"
        required
        autoComplete="off"
        defaultValue={current?.name}
        hint="The program, and where it runs, such as Till in production."
      />
      <ScopeField current={current?.scopes} />
      {/* Of what is reported: there where it may report. */}
      <fieldset className="hidden rounded-md border border-line px-4 pt-2 pb-4 group-has-[[data-reports]:checked]/service:block">
        <legend className="px-1 font-medium">Bounds of its reports</legend>
        <div className="space-y-5">
          <div className="grid gap-5 sm:grid-cols-2">
            <CreditsField name="maxCreditsPerReport" label="Credits a report" current={current?.maxCreditsPerReport} />
            <CreditsField name="maxCreditsPerMinute" label="Credits a minute" current={current?.maxCreditsPerMinute} />
          </div>
          <ListField
            name="owners"
            label="Owners"
            current={current?.owners}
            hint="E-mail addresses or ids of those whose calls it may report. None: everybody’s."
          />
        </div>
      </fieldset>
      {/* There where it may follow the feed. */}
      <div className="hidden group-has-[[data-follows]:checked]/service:block">
        <TextField
          name="serveForSeconds"
          label="Seconds that it may serve unchecked"
          inputMode="numeric"
          autoComplete="off"
          defaultValue={String(current?.serveForSeconds ?? 0)}
          hint="0: what was not checked within two seconds is refused or asked about. More: where it is cut off, a revoked key may be accepted for so long, and is shown as such."
        />
      </div>
      <div className="space-y-2">
        <ListField
          name="networks"
          label="Networks"
          current={current?.networks}
          hint="Addresses or ranges such as 203.0.113.0/24, with spaces or line breaks between them. None: from everywhere."
        />
        {aboutNetworks}
      </div>
      <EndDay current={current?.expiresAt ?? null} />
    </div>
  );
}

function ScopeField({ current = [] }: { current?: readonly Scope[] | undefined }) {
  const id = useId();
  const { fields, values } = useFormState();
  const errors = fields.scopes;
  // Of what was sent before, what is missing was not ticked.
  const isSent = "name" in values;
  return (
    <fieldset aria-describedby={describedBy(id, undefined, errors)}>
      <legend className="mb-1.5 font-medium">Scopes</legend>
      <div className="space-y-2">
        {SCOPES.map((scope, place) => (
          <label key={scope} className="flex items-start gap-2">
            <input
              type="checkbox"
              name={`scope:${scope}`}
              defaultChecked={isSent ? values[`scope:${scope}`] === "on" : current.includes(scope)}
              aria-invalid={errors && place === 0 ? true : undefined}
              data-reports={scope === "usage" ? true : undefined}
              data-follows={scope === "feed" ? true : undefined}
              className="mt-0.5 size-4 shrink-0"
            />
            <span>
              <code translate="no" className="font-mono text-sm">
                {scope}
              </code>
              <span className="block text-ink-muted text-sm">{SCOPE_WORDS[scope]}</span>
            </span>
          </label>
        ))}
      </div>
      <FieldNotes id={id} hint={undefined} errors={errors} />
    </fieldset>
  );
}

function CreditsField({ name, label, current }: { name: string; label: string; current: number | null | undefined }) {
  return (
    <TextField name={name} label={label} inputMode="numeric" autoComplete="off" defaultValue={current ? String(current) : ""} />
  );
}
