import { KEY_STATES } from "@latchkey/rule/status";
import { publicAddress } from "@/app/_shell/public-address";
import { CreateKey } from "@/components/keys/create-key";
import { KeyActions, type KeyTarget } from "@/components/keys/key-actions";
import { KeySearchBox } from "@/components/keys/key-search-box";
import { SelectionBar } from "@/components/keys/selection";
import { STATE_NAMES } from "@/components/keys/state-badge";
import { secondaryButton } from "@/components/ui/button-styles";
import { ChoiceLinks } from "@/components/ui/choice-links";
import { Link } from "@/components/ui/link";
import type { CurrentUser } from "@/lib/audit/actors";
import { findReachedLimit } from "@/lib/keys/key-limit";
import type { KeySearch } from "@/lib/keys/schemas";
import { type KeyRow, searchKeys } from "@/lib/keys/search";
import {
  createKeyAction,
  endGraceAction,
  pauseKeyAction,
  recentCallsAction,
  regenerateKeyAction,
  revokeKeysAction,
} from "./actions";
import { isFiltered, keysAddress } from "./address";
import { HygieneCards } from "./hygiene-cards";
import { KeyTable } from "./key-table";
import { NoKeys } from "./no-keys";

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
  if (listing.total === 0) return <NoKeys email={user.email} address={await publicAddress()} />;
  return (
    <>
      <HygieneCards checks={listing.checks} total={listing.total} search={search} />
      <div className="mt-6 flex flex-wrap items-center gap-3">
        <div className="min-w-48 max-w-md grow">
          <KeySearchBox />
        </div>
        <div className="ml-auto">{!reachedLimit && <CreateKey action={createKeyAction} />}</div>
      </div>
      {reachedLimit && (
        <p role="status" className="mt-4 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
          {reachedLimit}
        </p>
      )}
      <StatusFilter search={search} />
      <p role="status" className="mt-4 text-ink-muted">
        {describeFound(listing.found, search)}{" "}
        {isFiltered(search) && (
          <Link
            href={keysAddress({ ...search, q: "", digest: null, status: null, check: null })}
            scroll={false}
            className="rounded-sm text-accent underline underline-offset-4 hover:text-accent-strong"
          >
            Show all
          </Link>
        )}
      </p>
      <KeyActions actions={ACTIONS} targets={listing.keys.map(toTarget)} now={now}>
        {listing.found > 0 && <KeyTable keys={listing.keys} search={search} now={now} />}
        <SelectionBar />
      </KeyActions>
      {listing.pages > 1 && <Pages page={listing.page} pages={listing.pages} search={search} />}
    </>
  );
}

function toTarget({ uuid, name, state, expiresAt, lastUsedAt }: KeyRow): KeyTarget {
  return { uuid, name, state, expiresAt, lastUsedAt };
}

function describeFound(found: number, search: KeySearch): string {
  const count = found === 1 ? "1 key" : `${found.toLocaleString("en-GB")} keys`;
  if (search.digest)
    return found === 0
      ? "None of your keys has the credential that you pasted."
      : `${count} with the credential that you pasted.`;
  if (found === 0) return "No key fits.";
  return isFiltered(search) ? `${count} found.` : `${count}.`;
}

function StatusFilter({ search }: { search: KeySearch }) {
  const choices = [null, ...KEY_STATES].map((status) => ({
    name: status ? STATE_NAMES[status] : "All",
    href: keysAddress(search, { status }),
    isChosen: search.status === status,
  }));
  return <ChoiceLinks label="Status" choices={choices} className="mt-4" />;
}

function Pages({ page, pages, search }: { page: number; pages: number; search: KeySearch }) {
  return (
    <nav aria-label="Pages" className="mt-6 flex items-center justify-between gap-4">
      <Turn to={page - 1} isPossible={page > 1} search={search}>
        Previous
      </Turn>
      <span className="text-ink-muted tabular-nums">
        Page {page} of {pages}
      </span>
      <Turn to={page + 1} isPossible={page < pages} search={search}>
        Next
      </Turn>
    </nav>
  );
}

function Turn({ to, isPossible, search, children }: { to: number; isPossible: boolean; search: KeySearch; children: string }) {
  if (!isPossible) return <span className={`${secondaryButton} invisible`}>{children}</span>;
  return (
    <Link href={keysAddress(search, { page: to })} className={secondaryButton}>
      {children}
    </Link>
  );
}
