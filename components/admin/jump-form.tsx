import { FilterForm } from "@/components/keys/filter-form";
import { inputStyle } from "@/components/ui/input-style";
import { MAX_KEY_NAME_LENGTH } from "@/lib/values/lengths";

type Props = {
  path: string;
  kept: Readonly<Record<string, string | null>>;
  /** What the list is in the order of: the page begins with a day, or with a name. */
  to: "day" | "name";
  value: string;
};

/** A page of a long list by what stands on it. */
export function JumpForm({ path, kept, to, value }: Props) {
  return (
    <FilterForm
      path={path}
      kept={kept}
      label="Pages"
      submit="Go"
      sending="Going…"
      isLive={false}
      className="flex flex-wrap items-center gap-2 sm:flex-nowrap"
    >
      <label htmlFor="jump" className="whitespace-nowrap text-ink-muted">
        {to === "day" ? "Go to day" : "Go to name"}
      </label>
      <input
        id="jump"
        name="jump"
        type={to === "day" ? "date" : "text"}
        defaultValue={value}
        maxLength={MAX_KEY_NAME_LENGTH}
        required
        className={`${inputStyle} max-w-40`}
      />
    </FilterForm>
  );
}
