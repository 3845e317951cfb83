import type { ReactNode } from "react";
import { FilterForm } from "@/components/keys/filter-form";
import { SearchField } from "@/components/keys/search-field";
import { inputStyle } from "@/components/ui/input-style";
import { ACTION_WORDS, NAMELESS_ACTORS } from "@/lib/audit/actions";
import type { AuditSearch } from "@/lib/audit/schemas";

type Props = { search: Pick<AuditSearch, "actor" | "action" | "target" | "from" | "to" | "request"> };

export function AuditFilterForm({ search }: Props) {
  return (
    <FilterForm
      path="/admin/audit"
      label="Search"
      kept={{ request: search.request }}
      className="mt-6 grid grid-cols-2 items-end gap-3 max-sm:[&>button]:col-span-2 lg:grid-cols-[repeat(3,minmax(0,1fr))_9.5rem_9.5rem_auto]"
    >
      <Field id="actor" label="Who" className="max-sm:col-span-2">
        <SearchField id="actor" name="actor" list="actors" value={search.actor} placeholder="E-mail or id" />
      </Field>
      <datalist id="actors">
        {Object.values(NAMELESS_ACTORS).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field id="action" label="Did what" className="max-sm:col-span-2">
        <select id="action" name="action" defaultValue={search.action ?? ""} className={inputStyle}>
          <option value="">Anything</option>
          {Object.entries(ACTION_WORDS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <Field id="target" label="To what" className="max-sm:col-span-2">
        <SearchField id="target" name="target" value={search.target} placeholder="E-mail, user id or key id" />
      </Field>
      <Field id="from" label="From day">
        <input id="from" name="from" type="date" defaultValue={search.from ?? ""} className={inputStyle} />
      </Field>
      <Field id="to" label="To day">
        <input id="to" name="to" type="date" defaultValue={search.to ?? ""} className={inputStyle} />
      </Field>
    </FilterForm>
  );
}

function Field({ id, label, className = "", children }: { id: string; label: string; className?: string; children: ReactNode }) {
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      {children}
    </div>
  );
}
