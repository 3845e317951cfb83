import { CREDENTIAL_FORMATS, CREDENTIAL_PREFIXES } from "@latchkey/rule/credentials";
import type { Metadata } from "next";
import { CreateKeyFor } from "@/components/admin/keys/create-key-for";
import { StaffSelectionBar } from "@/components/admin/keys/selection-bar";
import { StaffKeyActions } from "@/components/admin/keys/staff-key-actions";
import { KeysetPages } from "@/components/admin/keyset-pages";
import { ListHeading } from "@/components/admin/list-heading";
import type { KeyTarget } from "@/components/keys/key-actions";
import { KeySearchBox } from "@/components/keys/key-search-box";
import { describeEnd } from "@/components/keys/refusals";
import { STATE_NAMES } from "@/components/keys/state-badge";
import { ChoiceLinks } from "@/components/ui/choice-links";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { requireAdmin } from "@/lib/doors/guards";
import { type AdminKeyListing, type AdminKeyRow, effectiveSort, listKeys } from "@/lib/keys/admin-list";
import { ADMIN_KEY_STATUSES, type AdminKeySearch, adminKeySearchSchema } from "@/lib/keys/admin-schemas";
import type { FoundCredential } from "@/lib/keys/admin-search";
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
  const isByTime = effectiveSort(search) === "-created";
  return (
    <>
      <ListHeading title="Keys" exportHref={adminKeysAddress(search, {}, "/admin/keys/export")} isFresh={isConfirmedAction} />
      <div className="mt-6 flex flex-wrap items-center gap-3">
        <div className="min-w-48 max-w-xl grow">
          <KeySearchBox
            label="Find keys by name, owner, visible part or id, or paste a whole key"
            placeholder="Name, owner, visible part, id, or a pasted key"
          />
        </div>
        <div className="ml-auto">
          <CreateKeyFor action={createKeyForAction} find={findOwnersAction} />
        </div>
      </div>
      <div className="mt-4 flex flex-wrap gap-x-6">
        <Filter name="Status" of="status" values={ADMIN_KEY_STATUSES} labels={STATUS_NAMES} search={search} />
        <Filter name="Format" of="format" values={CREDENTIAL_FORMATS} labels={CREDENTIAL_PREFIXES} search={search} />
        {(search.hash || isRotating()) && (
          <Filter name="Hash" of="hash" values={LEFT_KINDS} labels={LEFT_NAMES} search={search} />
        )}
      </div>
      <p role="status" className="mt-4 text-ink-muted [overflow-wrap:anywhere]">
        {describeFound(listing, search, { now, timeZone: admin.timeZone })}{" "}
        {isFiltered(search) && (
          <Link href="/admin/keys" className={textLink}>
            Show all
          </Link>
        )}
      </p>
      <StaffKeyActions actions={ACTIONS} targets={listing.keys.map(toTarget)} now={now}>
        {listing.keys.length > 0 && <KeyTable keys={listing.keys} search={search} now={now} />}
        <StaffSelectionBar />
      </StaffKeyActions>
      <KeysetPages
        of="keys"
        newer={listing.newer === null ? null : adminKeysAddress(search, { before: listing.newer })}
        older={listing.older === null ? null : adminKeysAddress(search, { after: listing.older })}
        names={isByTime ? undefined : { newer: "Previous", older: "Next" }}
      />
    </>
  );
}

function toTarget({ uuid, name, state, expiresAt, lastUsedAt, deletedAt }: AdminKeyRow): KeyTarget {
  return { uuid, name, state, expiresAt, lastUsedAt, isDeleted: deletedAt !== null };
}

function isFiltered({ sort: _, ...conditions }: AdminKeySearch): boolean {
  return Object.values(conditions).some(Boolean);
}

/** When the page is made, and in which zone it is read. */
type Reading = { now: Date; timeZone: string };

function describeFound(
  { keys, credential, unknown }: AdminKeyListing,
  { owner, hash }: AdminKeySearch,
  reading: Reading,
): string {
  if (unknown === "owner") return `There is no user “${isolated(owner ?? "")}”.`;
  if (unknown === "credential") return "No key has, or had, the credential that you pasted.";
  const [key] = keys;
  if (!key) return "No key fits.";
  if (credential) return describeCredential(key, credential, reading);
  if (hash) return LEFT_SENTENCES[hash];
  return owner ? `Keys of ${isolated(key.owner.email)}.` : "";
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

const STATUS_NAMES = { ...STATE_NAMES, deleted: "Deleted" };

type FilterProps<Value extends string> = {
  name: string;
  of: "status" | "format" | "hash";
  values: readonly Value[];
  labels: Record<Value, string>;
  search: AdminKeySearch;
};

function Filter<Value extends string>({ name, of, values, labels, search }: FilterProps<Value>) {
  const choices = [null, ...values].map((value) => ({
    name: value ? labels[value] : `Any ${name.toLowerCase()}`,
    href: adminKeysAddress(search, { [of]: value }),
    isChosen: search[of] === value,
  }));
  return <ChoiceLinks label={name} choices={choices} />;
}
