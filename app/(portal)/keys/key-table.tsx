import Link from "next/link";
import type { ReactNode } from "react";
import { EndGrace } from "@/components/keys/end-grace";
import { PermissionsText } from "@/components/keys/permissions-text";
import { RowMenu } from "@/components/keys/row-menu";
import { SelectAll, SelectRow } from "@/components/keys/selection";
import { StateBadge } from "@/components/keys/state-badge";
import { Moment } from "@/components/ui/moment";
import { Sparkline } from "@/components/ui/sparkline";
import type { KeySearch, KeySort } from "@/lib/keys/schemas";
import { CHART_DAYS, type KeyRow } from "@/lib/keys/search";
import { keysAddress } from "./address";

type Props = { keys: KeyRow[]; search: KeySearch; now: Date };

/** Narrow screens keep name, credential, status and last use; the rest is on the key's own page. */
export function KeyTable({ keys, search, now }: Props) {
  return (
    <table className="mt-3 w-full border-collapse text-left">
      <caption className="sr-only">Your keys</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          <th scope="col" className="w-8 py-2">
            <span className="sr-only">Selected</span>
            <SelectAll />
          </th>
          <SortHeader by="name" search={search}>
            Key
          </SortHeader>
          <Header className="hidden sm:table-cell">Status</Header>
          <Header className="hidden lg:table-cell">Permissions</Header>
          <Header className="hidden md:table-cell">Calls in {CHART_DAYS} days</Header>
          <SortHeader by="used" search={search} className="hidden sm:table-cell">
            Last used
          </SortHeader>
          <SortHeader by="created" search={search} className="hidden lg:table-cell">
            Created
          </SortHeader>
          <SortHeader by="expires" search={search} className="hidden md:table-cell">
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
  const calls = row.dailyCalls.reduce((sum, day) => sum + day, 0);
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <td className="py-3">
        <SelectRow uuid={row.uuid} />
      </td>
      <th scope="row" className="py-3 pr-4 font-normal">
        <Link
          data-name
          href={`/keys/${row.uuid}`}
          prefetch={false}
          className="block w-fit rounded-sm font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
        >
          {row.name}
        </Link>
        <Masked>{row.masked}</Masked>
        {row.replaced.map(({ masked, validUntil }) => (
          <span key={masked + validUntil.getTime()} className="mt-1 block text-ink-muted text-xs">
            <Masked>{masked}</Masked> works until <Moment at={validUntil} now={now} as="minute" />
          </span>
        ))}
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
        <Sparkline values={row.dailyCalls} />
        <span className="block text-ink-muted text-xs tabular-nums">
          {calls === 0 ? "No calls" : `${calls.toLocaleString("en-GB")} ${calls === 1 ? "call" : "calls"}`}
        </span>
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        <LastUsed at={row.lastUsedAt} now={now} />
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        <Moment at={row.createdAt} now={now} as="day" />
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">
        {row.expiresAt ? <Moment at={row.expiresAt} now={now} as="day" /> : <span className="text-ink-faint">Never</span>}
      </Cell>
      <td className="py-2">
        <RowMenu uuid={row.uuid} />
      </td>
    </tr>
  );
}

function Masked({ children }: { children: string }) {
  return <code className="font-mono text-ink-muted text-xs">{children}</code>;
}

function LastUsed({ at, now }: { at: Date | null; now: Date }) {
  return at ? <Moment at={at} now={now} as="ago" /> : <span className="text-ink-faint">Never</span>;
}

function Cell({ className, children }: { className: string; children: ReactNode }) {
  return <td className={`py-3 pr-4 ${className}`}>{children}</td>;
}

function Header({ className, children }: { className: string; children: ReactNode }) {
  return (
    <th scope="col" className={`py-2 pr-4 font-medium ${className}`}>
      {children}
    </th>
  );
}

type SortColumn = "name" | "used" | "created" | "expires";

/** Names go up first, instants from the latest down. */
const FIRST: Record<SortColumn, KeySort> = { name: "name", used: "-used", created: "-created", expires: "expires" };

function SortHeader({
  by,
  search,
  className = "",
  children,
}: {
  by: SortColumn;
  search: KeySearch;
  className?: string;
  children: string;
}) {
  const isSorted = search.sort === by || search.sort === `-${by}`;
  const isDescending = search.sort.startsWith("-");
  const opposite = (isDescending ? by : `-${by}`) as KeySort;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}
      className={`py-2 pr-4 font-medium ${className}`}
    >
      <Link
        href={keysAddress(search, { sort: isSorted ? opposite : FIRST[by] })}
        prefetch={false}
        scroll={false}
        className="whitespace-nowrap rounded-sm hover:text-ink"
      >
        {children}
        <span aria-hidden="true" className={isSorted ? "text-ink" : "invisible"}>
          {isSorted && !isDescending ? " ↑" : " ↓"}
        </span>
      </Link>
    </th>
  );
}
