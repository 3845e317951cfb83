import { EndGrace } from "@/components/keys/end-grace";
import { PermissionsText } from "@/components/keys/permissions-text";
import { RowMenu } from "@/components/keys/row-menu";
import { SelectAll, SelectRow } from "@/components/keys/selection";
import { StateBadge } from "@/components/keys/state-badge";
import { Cell, DailyCalls, Header, Masked, MomentOrNever, Replaced, SortHeader } from "@/components/keys/table-parts";
import { Link } from "@/components/ui/link";
import { Moment } from "@/components/ui/moment";
import type { KeySearch, KeySort } from "@/lib/keys/schemas";
import type { KeyRow } from "@/lib/keys/search";
import { CHART_DAYS } from "@/lib/usage/days";
import { keysAddress } from "./address";

type Props = { keys: KeyRow[]; search: KeySearch; now: Date };

/** Narrow screens keep name, credential, status and last use; the rest is on the key's own page. */
export function KeyTable({ keys, search, now }: Props) {
  const sorting = { sort: search.sort, addressOf: (sort: KeySort) => keysAddress(search, { sort }) };
  return (
    <table className="mt-3 w-full border-collapse text-left">
      <caption className="sr-only">Your keys</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          <th scope="col" className="w-8 py-2">
            <span className="sr-only">Selected</span>
            <SelectAll />
          </th>
          <SortHeader by="name" {...sorting}>
            Key
          </SortHeader>
          <Header className="hidden sm:table-cell">Status</Header>
          <Header className="hidden lg:table-cell">Permissions</Header>
          <Header className="hidden md:table-cell">Calls in {CHART_DAYS} days</Header>
          <SortHeader by="used" {...sorting} className="hidden sm:table-cell">
            Last used
          </SortHeader>
          <SortHeader by="created" {...sorting} className="hidden lg:table-cell">
            Created
          </SortHeader>
          <SortHeader by="expires" {...sorting} className="hidden md:table-cell">
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

function Row({ row, now }: { row: KeyRow; now: Date }) {
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <td className="py-3">
        <SelectRow uuid={row.uuid} />
      </td>
      <th scope="row" className="py-3 pr-4 font-normal">
        <Link
          data-name
          href={`/keys/${row.uuid}`}
          className="block w-fit rounded-sm font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
        >
          {row.name}
        </Link>
        <Masked>{row.masked}</Masked>
        <Replaced replaced={row.replaced} now={now} />
        {row.replaced.length > 0 && (
          <span className="block text-xs">
            <EndGrace uuid={row.uuid} name={row.name} />
          </span>
        )}
        <span className="mt-1.5 flex flex-wrap items-center gap-2 text-ink-muted text-sm sm:hidden">
          <StateBadge state={row.state} />
          {row.lastUsedAt ? <Moment at={row.lastUsedAt} now={now} as="ago" /> : "Never used"}
        </span>
      </th>
      <Cell className="hidden sm:table-cell">
        <StateBadge state={row.state} />
      </Cell>
      <Cell className="hidden max-w-40 text-sm lg:table-cell">
        <PermissionsText permissions={row.permissions} />
      </Cell>
      <Cell className="hidden md:table-cell">
        <DailyCalls values={row.dailyCalls} />
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        <MomentOrNever at={row.lastUsedAt} now={now} as="ago" />
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        <Moment at={row.createdAt} now={now} as="day" />
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">
        <MomentOrNever at={row.expiresAt} now={now} as="day" />
      </Cell>
      <td className="py-2">
        <RowMenu uuid={row.uuid} />
      </td>
    </tr>
  );
}
