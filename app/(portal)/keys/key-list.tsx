import { publicAddress } from "@/app/_shell/public-address";
import { CreateKey } from "@/components/keys/create-key";
import { FilterForm } from "@/components/keys/filter-form";
import { KeyActions, type KeyTarget } from "@/components/keys/key-actions";
import { NEW_KEY_PAGE } from "@/components/keys/key-pages";
import { SearchField } from "@/components/keys/search-field";
import { SelectionBar } from "@/components/keys/selection";
import { STATE_NAMES } from "@/components/keys/state-badge";
import { ChoiceLinks } from "@/components/ui/choice-links";
import type { CurrentUser } from "@/lib/audit/actors";
import { findReachedLimit } from "@/lib/keys/key-limit";
import { isAside, type StatusCounts } from "@/lib/keys/listed";
import { type KeyListing, type KeyRow, searchKeys } from "@/lib/keys/search";
import type { KeySearch } from "@/lib/keys/search-schemas";
import {
  createKeyAction,
  endGraceAction,
  pauseKeyAction,
  recentCallsAction,
  regenerateKeyAction,
  revokeKeysAction,
} from "./actions";
import { keysAddress } from "./address";
import { Found } from "./found";
import { HygieneCards } from "./hygiene-cards";
import { KeyTable } from "./key-table";
import { NoKeys } from "./no-keys";
import { Pages } from "./pages";
import { RevokedLately } from "./revoked-lately";

const ACTIONS = {
  regenerate: regenerateKeyAction,
  pause: pauseKeyAction,
  revoke: revokeKeysAction,
  endGrace: endGraceAction,
  recentCalls: recentCallsAction,
};

/** Everything below the heading: cards, search, table, pages. */
export async function KeyList({ user, search }: { user: CurrentUser; search: KeySearch }) {
  const [listing, reachedLimit] = await Promise.all([searchKeys(user, search), findReachedLimit(user)]);
  const now = new Date();
  return (
    <KeyActions actions={ACTIONS} targets={listing.keys.map(toTarget)} now={now}>
      {listing.total === 0 ? (
        <NoKeys email={user.email} address={await publicAddress()} />
      ) : (
        <>
          {search.status === "revoked" && <RevokedLately user={user} />}
          <Keys listing={listing} reachedLimit={reachedLimit} search={search} now={now} />
        </>
      )}
    </KeyActions>
  );
}

type Props = { listing: KeyListing; reachedLimit: string | null; search: KeySearch; now: Date };

function Keys({ listing, reachedLimit, search, now }: Props) {
  return (
    <>
      <HygieneCards checks={listing.checks} total={listing.total} search={search} />
      <div className="mt-6 flex flex-wrap items-center gap-3">
        <FilterForm
          path="/keys"
          label="Search"
          kept={{ status: search.status, check: search.check, sort: search.sort === "-created" ? null : search.sort }}
          findsDigests
          className="flex min-w-48 max-w-xl grow gap-2"
        >
          <SearchField
            label="Search keys by name, note or visible part, or paste a whole key"
            placeholder="Search, or paste a key"
            value={search.q}
          />
        </FilterForm>
        <div className="ml-auto">{!reachedLimit && <CreateKey action={createKeyAction} page={NEW_KEY_PAGE} />}</div>
      </div>
      {reachedLimit && (
        <p role="status" className="mt-4 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
          {reachedLimit}
        </p>
      )}
      <StatusFilter counts={listing.counts} search={search} />
      <Found listing={listing} search={search} />
      {listing.found > 0 && <KeyTable keys={listing.keys} search={search} now={now} />}
      <SelectionBar />
      <Pages page={listing.page} pages={listing.pages} search={search} />
    </>
  );
}

function toTarget({ uuid, name, state, expiresAt, lastUsedAt }: KeyRow): KeyTarget {
  return { uuid, name, state, expiresAt, lastUsedAt };
}

function StatusFilter({ counts, search }: { counts: StatusCounts; search: KeySearch }) {
  // Where something is searched for, nothing is aside: then the list without a status is all there is.
  const hasAside = isAside({ ...search, status: null });
  const choices = counts.map(({ status, count }) => ({
    name: status === null && hasAside ? "Current" : status === null || status === "all" ? "All" : STATE_NAMES[status],
    href: keysAddress(search, { status }),
    isChosen: search.status === status,
    count,
  }));
  return <ChoiceLinks label="Status" choices={hasAside ? choices : choices.slice(0, -1)} className="mt-4" />;
}
