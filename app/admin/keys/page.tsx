import { CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import type { Metadata } from "next";
import { FoundLine } from "@/components/admin/found-line";
import { JumpForm } from "@/components/admin/jump-form";
import { CreateKeyFor } from "@/components/admin/keys/create-key-for";
import { StaffSelectionBar } from "@/components/admin/keys/selection-bar";
import { StaffKeyActions } from "@/components/admin/keys/staff-key-actions";
import { BY_ORDER, BY_TIME, KeysetPages } from "@/components/admin/keyset-pages";
import { ListHeading } from "@/components/admin/list-heading";
import { describeEnd } from "@/components/keys/ends";
import { FilterForm } from "@/components/keys/filter-form";
import type { KeyTarget } from "@/components/keys/key-actions";
import { SearchField } from "@/components/keys/search-field";
import { STATE_NAMES } from "@/components/keys/state-badge";
import { ChoiceLinks } from "@/components/ui/choice-links";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { requireAdmin } from "@/lib/doors/page-guards";
import { formatFilters } from "@/lib/keys/admin-counts";
import { type AdminKeyListing, type AdminKeyRow, listKeys } from "@/lib/keys/admin-list";
import { effectiveSort } from "@/lib/keys/admin-order";
import {
  ADMIN_KEY_STATUSES,
  ADMIN_STATUS_FILTERS,
  type AdminFormatFilter,
  type AdminKeySearch,
  adminKeySearchSchema,
} from "@/lib/keys/admin-schemas";
import { type FoundCredential, isAside } from "@/lib/keys/admin-search";
import { countText } from "@/lib/values/bounded-count";
import { isolated } from "@/lib/values/isolated";
import { formatInstant } from "@/lib/values/zones";
import { isRotating } from "@/lib/verification/hash-secrets";
import { LEFT_KINDS, type LeftKind } from "@/lib/verification/left-kinds";
import { isConfirmedAction } from "../confirm/actions";
import {
  createKeyForAction,
  deleteAnyKeysAction,
  findOwnersAction,
  pauseAnyKeyAction,
  recentCallsOfAnyAction,
  reissueAnyKeyAction,
  revokeAnyKeysAction,
} from "./actions";
import { adminKeysAddress } from "./address";
import { KeyTable } from "./key-table";

export const metadata: Metadata = { title: "Keys" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const ACTIONS = {
  revoke: revokeAnyKeysAction,
  remove: deleteAnyKeysAction,
  recentCalls: recentCallsOfAnyAction,
  regenerate: reissueAnyKeyAction,
  pause: pauseAnyKeyAction,
};

export default async function AdminKeysPage({ searchParams }: Props) {
  const admin = await requireAdmin();
  const search = adminKeySearchSchema.parse(await searchParams);
  const listing = await listKeys(admin, search);
  const now = new Date();
  const sort = effectiveSort(search);
  return (
    <>
      <ListHeading title="Keys" exportHref={adminKeysAddress(search, {}, "/admin/keys/export")} isFresh={isConfirmedAction} />
      <div className="mt-6 flex flex-wrap items-center gap-3">
        <FilterForm
          path="/admin/keys"
          label="Search"
          kept={keptOf(search)}
          findsDigests
          className="flex min-w-48 max-w-2xl grow gap-2"
        >
          <SearchField
            label="Find keys by name, owner, visible part or id, or paste a whole key"
            placeholder="Name, owner, visible part, id, or a pasted key"
            value={search.q}
          />
        </FilterForm>
        <div className="ml-auto">
          <CreateKeyFor action={createKeyForAction} find={findOwnersAction} />
        </div>
      </div>
      <div className="mt-4 flex flex-wrap gap-x-6 gap-y-3">
        <ChoiceLinks label="Status" choices={statusChoices(listing, search)} />
        <ChoiceLinks label="Format" choices={formatChoices(listing, search)} />
        {(search.hash || isRotating()) && <ChoiceLinks label="Hash" choices={hashChoices(search)} />}
      </div>
      <FoundLine all={isFiltered(search) ? adminKeysAddress(adminKeySearchSchema.parse({ sort: search.sort })) : null}>
        {describeFound(listing, search, { now, timeZone: admin.timeZone })}
        <Aside listing={listing} search={search} />
      </FoundLine>
      <StaffKeyActions actions={ACTIONS} targets={listing.keys.map(toTarget)} now={now}>
        {listing.keys.length > 0 && <KeyTable keys={listing.keys} search={search} now={now} />}
        <StaffSelectionBar />
      </StaffKeyActions>
      <KeysetPages
        of="keys"
        newer={listing.newer === null ? null : adminKeysAddress(search, { before: listing.newer })}
        older={listing.older === null ? null : adminKeysAddress(search, { after: listing.older })}
        ends={{ first: adminKeysAddress(search), last: adminKeysAddress(search, { last: true }) }}
        names={sort === "-created" ? BY_TIME : BY_ORDER}
        jump={
          <JumpForm
            path="/admin/keys"
            kept={{ ...keptOf(search), q: search.q }}
            to={sort.endsWith("name") ? "name" : "day"}
            value={search.jump}
          />
        }
      />
    </>
  );
}

function toTarget({ uuid, name, state, expiresAt, lastUsedAt, deletedAt }: AdminKeyRow): KeyTarget {
  return { uuid, name, state, expiresAt, lastUsedAt, isDeleted: deletedAt !== null };
}

/** What a search within the list leaves as it is. */
function keptOf({ status, owner, format, hash, sort }: AdminKeySearch) {
  return { status, owner, format, hash, sort };
}

function isFiltered({ sort: _, ...conditions }: AdminKeySearch): boolean {
  return Object.values(conditions).some(Boolean);
}

function Aside({ listing: { counts }, search }: { listing: AdminKeyListing; search: AdminKeySearch }) {
  const revoked = counts.statuses.get("revoked");
  if (!isAside(search) || !revoked?.value) return null;
  return (
    <>
      {" "}
      {countText(revoked)} revoked {revoked.value === 1 ? "one is" : "ones are"} not shown.{" "}
      <Link href={adminKeysAddress(search, { status: "revoked" })} scroll={false} className={textLink}>
        Show revoked
      </Link>
    </>
  );
}

/** When the page is made, and in which zone it is read. */
type Reading = { now: Date; timeZone: string };

function describeFound(listing: AdminKeyListing, { owner, hash }: AdminKeySearch, reading: Reading): string {
  const { keys, credential, counts, unknown } = listing;
  if (unknown === "owner") return `There is no user “${isolated(owner ?? "")}”.`;
  if (unknown === "credential") return "No key has, or had, the credential that you pasted.";
  const [key] = keys;
  if (key && credential) return describeCredential(key, credential, reading);
  if (!key || !counts.found) return "No key fits.";
  const total = counts.found.value === 1 ? "1 key" : `${countText(counts.found)} keys`;
  if (hash) return `${total}. ${LEFT_SENTENCES[hash]}`;
  return owner ? `${total} of ${isolated(key.owner.email)}.` : `${total}.`;
}

/** Which of the key's credentials it is and whether it still works, which is what whoever pasted it wants to know. */
function describeCredential(key: AdminKeyRow, { part, replaced }: FoundCredential, { now, timeZone }: Reading): string {
  const day = (at: Date) => formatInstant(at, timeZone, "day");
  const what = `What you pasted is ${replaced ? `a ${part === "key" ? "credential" : "secret"} of this key that was replaced on ${day(replaced.at)}` : `this key’s ${part === "key" ? "credential" : "secret"}`}.`;
  if (key.deletedAt) return `${what} The key was deleted on ${day(key.deletedAt)}.`;
  const end = describeEnd(key, timeZone);
  if (end) return `${what} ${end}`;
  if (!replaced) return what;
  return replaced.validUntil > now
    ? `${what} It works until ${formatInstant(replaced.validUntil, timeZone, "minute")}.`
    : `${what} It no longer works.`;
}

const LEFT_NAMES: Record<LeftKind, string> = { former: "Former", secret: "Former, secret only", lost: "Lost" };

const LEFT_SENTENCES: Record<LeftKind, string> = {
  former:
    "These keys are still stored under the former KEY_HASH_SECRET. Each moves when it is used; those that have not moved end when KEY_HASH_SECRET_PREVIOUS is removed.",
  secret:
    "Only the secrets of these keys are still stored under the former KEY_HASH_SECRET: nobody has sent them since. When KEY_HASH_SECRET_PREVIOUS is removed, they are refused; the keys alone are not.",
  lost: "These keys are stored under a KEY_HASH_SECRET that is not set. They are refused until it is, as KEY_HASH_SECRET_PREVIOUS.",
};

const STATUS_NAMES = { ...STATE_NAMES, deleted: "Deleted", all: "All" };

function statusChoices({ counts }: AdminKeyListing, search: AdminKeySearch) {
  // Where something is searched for, nothing is aside: then the list without a status is all there is.
  const hasAside = isAside({ ...search, status: null });
  const others = hasAside ? ADMIN_STATUS_FILTERS : ADMIN_KEY_STATUSES;
  return [null, ...others].map((status) => ({
    name: status ? STATUS_NAMES[status] : hasAside ? "Current" : "Any status",
    href: adminKeysAddress(search, { status }),
    isChosen: search.status === status,
    count: counts.statuses.get(status),
  }));
}

const FORMAT_NAMES: Record<AdminFormatFilter, string> = {
  ...CREDENTIAL_PREFIXES,
  foreign: "Other format",
  weak: "Can be guessed",
};

function formatChoices({ counts }: AdminKeyListing, search: AdminKeySearch) {
  return formatFilters().map((format) => ({
    name: format ? FORMAT_NAMES[format] : "Any format",
    href: adminKeysAddress(search, { format }),
    isChosen: search.format === format,
    count: counts.formats.get(format),
  }));
}

function hashChoices(search: AdminKeySearch) {
  return [null, ...LEFT_KINDS].map((hash) => ({
    name: hash ? LEFT_NAMES[hash] : "Any hash",
    href: adminKeysAddress(search, { hash }),
    isChosen: search.hash === hash,
  }));
}
