import type { ReactNode } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { inputStyle } from "@/components/ui/text-field";
import type { UserSearch } from "@/lib/users/schemas";
import { MAX_SEARCH_LENGTH } from "@/lib/values/lengths";

type Props = { search: Pick<UserSearch, "q" | "role" | "filter" | "sort"> };

/** A plain form: what it asks is an address, which can be kept and passed on. */
export function UserFilterForm({ search: { q, role, filter, sort } }: Props) {
  return (
    <form
      // Another search is another form: fields show what they were made with.
      key={JSON.stringify([q, role, filter, sort])}
      action="/admin/users"
      aria-label="Filter"
      className="mt-6 grid grid-cols-2 items-end gap-3 sm:grid-cols-[minmax(0,1fr)_9rem_10rem_auto]"
    >
      {sort !== "created" && <input type="hidden" name="sort" value={sort} />}
      <Field id="q" label="Find" className="col-span-2 sm:col-span-1">
        <input
          id="q"
          name="q"
          type="search"
          defaultValue={q}
          placeholder="Part of an e-mail address or name"
          maxLength={MAX_SEARCH_LENGTH}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className={inputStyle}
        />
      </Field>
      <Field id="role" label="Role">
        <select id="role" name="role" defaultValue={role ?? ""} className={inputStyle}>
          <option value="">Any role</option>
          <option value="user">Users</option>
          <option value="admin">Administrators</option>
        </select>
      </Field>
      <Field id="filter" label="State">
        <select id="filter" name="filter" defaultValue={filter ?? ""} className={inputStyle}>
          <option value="">Any state</option>
          <option value="banned">Banned</option>
          <option value="low-credits">Low on credits</option>
        </select>
      </Field>
      <div>
        <button type="submit" className={secondaryButton}>
          Find
        </button>
      </div>
    </form>
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
