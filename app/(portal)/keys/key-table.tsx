import { EndGrace } from "@/components/keys/end-grace";
import { KeyColumns } from "@/components/keys/key-columns";
import { RowMenu } from "@/components/keys/row-menu";
import { StateBadge } from "@/components/keys/state-badge";
import { Guessable, Masked, Replaced } from "@/components/keys/table-parts";
import { Moment } from "@/components/ui/moment";
import { RowLink } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { KeyRow } from "@/lib/keys/search";
import type { KeySearch, KeySort } from "@/lib/keys/search-schemas";
import { keysAddress } from "./address";

type Props = { keys: KeyRow[]; search: KeySearch; now: Date };

/** Narrow screens keep name, credential, status and last use; the rest is on the key's own page. */
export function KeyTable({ keys, search, now }: Props) {
  const sorting = { sort: search.sort, addressOf: (sort: KeySort) => keysAddress(search, { sort }) };
  return (
    <KeyColumns
      caption="Your keys"
      keys={keys}
      sorting={sorting}
      spare="md:table-cell"
      now={now}
      cellsOf={(key) => ({
        heading: <Name row={key} now={now} />,
        state: <StateBadge state={key.state} />,
        menu: <RowMenu uuid={key.uuid} />,
      })}
    />
  );
}

function Name({ row, now }: { row: KeyRow; now: Date }) {
  return (
    <>
      <RowLink data-name href={`/keys/${row.uuid}`}>
        <Written>{row.name}</Written>
      </RowLink>
      <Masked>{row.masked}</Masked>
      {row.isWeak && <Guessable />}
      <Replaced replaced={row.replaced} now={now} />
      {row.replaced.length > 0 && (
        <span className="block text-xs">
          <EndGrace uuid={row.uuid} />
        </span>
      )}
      <span className="mt-1.5 flex flex-wrap items-center gap-2 text-ink-muted text-sm sm:hidden">
        <StateBadge state={row.state} />
        {row.lastUsedAt ? <Moment at={row.lastUsedAt} now={now} as="ago" /> : "Never used"}
      </span>
    </>
  );
}
