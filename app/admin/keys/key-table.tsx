import { StaffRowMenu } from "@/components/admin/keys/row-menu";
import { PermissionsText } from "@/components/keys/permissions-text";
import { SelectAll, SelectRow } from "@/components/keys/selection";
import { StateBadge } from "@/components/keys/state-badge";
import { Cell, DailyCalls, Header, Masked, MomentOrNever, Replaced, SortHeader } from "@/components/keys/table-parts";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { Moment } from "@/components/ui/moment";
import { type AdminKeyRow, effectiveSort } from "@/lib/keys/admin-list";
import type { AdminKeySearch } from "@/lib/keys/admin-schemas";
import type { KeySort } from "@/lib/keys/schemas";
import { CHART_DAYS } from "@/lib/usage/days";
import { adminKeysAddress } from "./address";

type Props = { keys: AdminKeyRow[]; search: AdminKeySearch; now: Date };

/** Narrow screens keep name, owner, credential and status; the rest is on the key's own page. */
export function KeyTable({ keys, search, now }: Props) {
  const sorting = { sort: effectiveSort(search), addressOf: (sort: KeySort) => adminKeysAddress(search, { sort }) };
  return (
    <table className="mt-3 w-full border-collapse text-left">
      <caption className="sr-only">Keys of everyone</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          <th scope="col" className="w-8 py-2">
            <span className="sr-only">Selected</span>
            <SelectAll />
          </th>
          <SortHeader by="name" {...sorting}>
            Key
          </SortHeader>
          <Header className="hidden md:table-cell">Owner</Header>
          <Header className="hidden sm:table-cell">Status</Header>
          <Header className="hidden lg:table-cell">Permissions</Header>
          <Header className="hidden lg:table-cell">Calls in {CHART_DAYS} days</Header>
          <SortHeader by="used" {...sorting} className="hidden sm:table-cell">
            Last used
          </SortHeader>
          <SortHeader by="created" {...sorting} className="hidden lg:table-cell">
            Created
          </SortHeader>
          <SortHeader by="expires" {...sorting} className="hidden lg:table-cell">
            Expires
          </SortHeader>
          <th scope="col" className="w-8 py-2">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <Row key={key.uuid} row={key} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, now }: { row: AdminKeyRow; now: Date }) {
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <td className="py-3">
        <SelectRow uuid={row.uuid} />
      </td>
      <th scope="row" className="py-3 pr-4 font-normal">
        <Link
          href={`/admin/keys/${row.uuid}`}
          className="block w-fit rounded-sm font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
        >
          {row.name}
        </Link>
        <Masked>{row.masked}</Masked> <span className="whitespace-nowrap text-ink-faint text-xs tabular-nums">#{row.id}</span>
        <Replaced replaced={row.replaced} now={now} />
        <span className="mt-1 block text-sm md:hidden">
          <Owner owner={row.owner} />
        </span>
        <span className="mt-1.5 block sm:hidden">
          <State row={row} />
        </span>
      </th>
      <Cell className="hidden min-w-44 md:table-cell">
        <Owner owner={row.owner} />
      </Cell>
      <Cell className="hidden sm:table-cell">
        <State row={row} />
      </Cell>
      <Cell className="hidden max-w-32 text-sm lg:table-cell">
        <PermissionsText permissions={row.permissions} />
      </Cell>
      <Cell className="hidden lg:table-cell">
        <DailyCalls values={row.dailyCalls} />
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        <MomentOrNever at={row.lastUsedAt} now={now} as="ago" />
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        <Moment at={row.createdAt} now={now} as="day" />
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        <MomentOrNever at={row.expiresAt} now={now} as="day" />
      </Cell>
      <td className="py-2">
        <StaffRowMenu uuid={row.uuid} />
      </td>
    </tr>
  );
}

function State({ row: { deletedAt, state } }: { row: Pick<AdminKeyRow, "deletedAt" | "state"> }) {
  return deletedAt ? <Badge tone="danger">Deleted</Badge> : <StateBadge state={state} />;
}

function Owner({ owner: { id, email, isBanned } }: Pick<AdminKeyRow, "owner">) {
  return (
    <>
      <Link
        href={`/admin/users/${id}`}
        className="rounded-sm underline decoration-line-strong underline-offset-4 [overflow-wrap:anywhere] hover:decoration-ink"
      >
        {email}
      </Link>
      {isBanned && <span className="block text-danger text-sm">Banned</span>}
    </>
  );
}
