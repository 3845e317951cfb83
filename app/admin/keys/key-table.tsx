import { StaffRowMenu } from "@/components/admin/keys/row-menu";
import { KeyColumns } from "@/components/keys/key-columns";
import { StateBadge } from "@/components/keys/state-badge";
import { Guessable, Masked, Replaced } from "@/components/keys/table-parts";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { RowLink } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { AdminKeyRow } from "@/lib/keys/admin-list";
import { effectiveSort } from "@/lib/keys/admin-order";
import type { AdminKeySearch } from "@/lib/keys/admin-schemas";
import type { KeySort } from "@/lib/keys/search-schemas";
import { adminKeysAddress } from "./address";

type Props = { keys: AdminKeyRow[]; search: AdminKeySearch; now: Date };

/** Narrow screens keep name, owner, credential and status; the rest is on the key's own page. */
export function KeyTable({ keys, search, now }: Props) {
  const sorting = { sort: effectiveSort(search), addressOf: (sort: KeySort) => adminKeysAddress(search, { sort }) };
  return (
    <KeyColumns
      caption="Keys of everyone"
      keys={keys}
      sorting={sorting}
      spare="xl:table-cell"
      now={now}
      hasOwners
      cellsOf={(key) => ({
        heading: <Name row={key} now={now} />,
        owner: <Owner owner={key.owner} />,
        state: <State row={key} />,
        menu: <StaffRowMenu uuid={key.uuid} />,
      })}
    />
  );
}

function Name({ row, now }: { row: AdminKeyRow; now: Date }) {
  return (
    <>
      <RowLink href={`/admin/keys/${row.uuid}`}>
        <Written>{row.name}</Written>
      </RowLink>
      <Masked>{row.masked}</Masked> <span className="whitespace-nowrap text-ink-faint text-xs tabular-nums">#{row.id}</span>
      {row.isWeak && <Guessable />}
      <Replaced replaced={row.replaced} now={now} />
      <span className="mt-1 block text-sm md:hidden">
        <Owner owner={row.owner} />
      </span>
      <span className="mt-1.5 block sm:hidden">
        <State row={row} />
      </span>
    </>
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
        <Written>{email}</Written>
      </Link>
      {isBanned && <span className="block text-danger text-sm">Banned</span>}
    </>
  );
}
