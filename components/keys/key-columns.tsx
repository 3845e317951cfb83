import type { ReactNode } from "react";
import { Moment } from "@/components/ui/moment";
import { Table } from "@/components/ui/table";
import type { KeyRow } from "@/lib/keys/search";
import type { KeySort } from "@/lib/keys/search-schemas";
import { CHART_DAYS } from "@/lib/values/days";
import { PermissionsText } from "./limit-texts";
import { SelectAll, SelectRow } from "./selection";
import { Cell, DailyCalls, Header, MomentOrNever, SortHeader } from "./table-parts";

/** What differs between one's own and everyone's. */
type OwnCells = {
  /** Its name, and what stands with it. */
  heading: ReactNode;
  owner?: ReactNode;
  state: ReactNode;
  menu: ReactNode;
};

type Props<Row extends KeyRow> = {
  caption: string;
  keys: readonly Row[];
  sorting: { sort: KeySort; addressOf: (sort: KeySort) => string };
  /** Classes of the columns that come last as a screen gets wider. */
  spare: string;
  now: Date;
  /** Whether there is a column of owners. */
  hasOwners?: boolean;
  cellsOf: (row: Row) => OwnCells;
};

/** What the tables of keys, one's own and everyone's, have in common. Columns have their widths at once: a row that comes later moves none. */
export function KeyColumns<Row extends KeyRow>({ caption, keys, sorting, spare, now, hasOwners, cellsOf }: Props<Row>) {
  const top = Math.max(0, ...keys.flatMap(({ dailyCalls }) => dailyCalls));
  const head = (
    <>
      <th scope="col" className="w-8 py-2">
        <span className="sr-only">Selected</span>
        <SelectAll />
      </th>
      <SortHeader by="name" {...sorting}>
        Key
      </SortHeader>
      {hasOwners && <Header className="hidden md:table-cell">Owner</Header>}
      <Header className="hidden w-24 sm:table-cell">Status</Header>
      <Header className="hidden w-32 lg:table-cell">Permissions</Header>
      <Header className={`hidden w-38 ${spare}`}>
        Calls in {CHART_DAYS} days
        {top > 0 && (
          <span className="block whitespace-normal font-normal text-xs">Full height: {top.toLocaleString("en-GB")} a day</span>
        )}
      </Header>
      <SortHeader by="used" {...sorting} className="hidden w-32 sm:table-cell">
        Last used
      </SortHeader>
      <SortHeader by="created" {...sorting} className="hidden w-28 lg:table-cell">
        Created
      </SortHeader>
      <SortHeader by="expires" {...sorting} className={`hidden w-28 xl:w-42 ${spare}`}>
        Expires
      </SortHeader>
      <th scope="col" className="w-8 py-2">
        <span className="sr-only">Actions</span>
      </th>
    </>
  );
  return (
    <Table className="mt-3 table-fixed" caption={caption} head={head}>
      {keys.map((key) => (
        <KeyTableRow key={key.uuid} row={key} top={top} spare={spare} now={now} {...cellsOf(key)} />
      ))}
    </Table>
  );
}

type RowProps = OwnCells & { row: KeyRow; top: number; spare: string; now: Date };

function KeyTableRow({ row, top, spare, now, heading, owner, state, menu }: RowProps) {
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <td className="py-3">
        <SelectRow uuid={row.uuid} />
      </td>
      <th scope="row" className="py-3 pr-4 font-normal">
        {heading}
      </th>
      {owner && <Cell className="hidden md:table-cell">{owner}</Cell>}
      <Cell className="hidden sm:table-cell">{state}</Cell>
      <Cell className="hidden text-sm lg:table-cell">
        <PermissionsText permissions={row.permissions} />
      </Cell>
      <Cell className={`hidden ${spare}`}>
        <DailyCalls values={row.dailyCalls} top={top} />
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        <MomentOrNever at={row.lastUsedAt} now={now} as="ago" />
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        <Moment at={row.createdAt} now={now} as="day" />
      </Cell>
      <Cell className={`hidden xl:whitespace-nowrap ${spare}`}>
        <MomentOrNever at={row.expiresAt} now={now} as="end-day" />
      </Cell>
      <td className="py-2">{menu}</td>
    </tr>
  );
}
