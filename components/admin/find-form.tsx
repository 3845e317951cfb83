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
      className="order-last flex w-full gap-2 pt-1 pb-2 lg:order-none lg:w-96 lg:p-0 xl:w-md"
    >
      <SearchField
        label="Find anything: a person, an account, a key, a service, a request"
        placeholder="Find a person, acc_…, key, service or request"
        value=""
      />
    </FilterForm>
  );
}
