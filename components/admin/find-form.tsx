import { FilterForm } from "@/components/keys/filter-form";
import { SearchField } from "@/components/keys/search-field";

/** One box for anything that staff have in their hands. */
export function FindForm() {
  return (
    <FilterForm
      path="/admin/find"
      kept={{}}
      label="Find anything"
      submit="Find"
      sending="Finding…"
      isLive={false}
      findsDigests
      className="mb-8 flex gap-2 sm:ml-auto sm:max-w-xl"
    >
      <SearchField
        label="Find anything: a person, an account, a key, a request"
        placeholder="Find a person, acc_…, a key or a request’s id"
        value=""
      />
    </FilterForm>
  );
}
