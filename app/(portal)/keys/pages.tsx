import { secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";
import type { KeySearch } from "@/lib/keys/search-schemas";
import { keysAddress } from "./address";

type Props = { page: number; pages: number; search: KeySearch };

/** How many pages stand on each side of the one that is open. */
const BESIDE = 2;

/** The way among pages, by number. */
export function Pages({ page, pages, search }: Props) {
  if (pages === 1) return null;
  const shown = Array.from({ length: pages }, (_, index) => index + 1).filter(
    (number) => number === 1 || number === pages || Math.abs(number - page) <= BESIDE,
  );
  return (
    <nav aria-label="Pages" className="mt-6 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
      <Turn to={page - 1} isPossible={page > 1} search={search}>
        Previous
      </Turn>
      <ol className="order-last flex w-full flex-wrap justify-center gap-1 tabular-nums sm:order-none sm:w-auto">
        {shown.map((number, index) => (
          <li key={number} className="flex items-center gap-1">
            {number - (shown[index - 1] ?? 0) > 1 && (
              <span aria-hidden="true" className="text-ink-faint">
                …
              </span>
            )}
            <Link
              href={keysAddress(search, { page: number })}
              aria-label={`Page ${number}`}
              aria-current={number === page ? "page" : undefined}
              className="grid h-9 min-w-9 place-items-center rounded-md px-2 text-ink-muted hover:text-ink has-data-pending:bg-sunken aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink forced-colors:aria-[current]:outline-1"
            >
              {number}
            </Link>
          </li>
        ))}
      </ol>
      <Turn to={page + 1} isPossible={page < pages} search={search}>
        Next
      </Turn>
    </nav>
  );
}

type TurnProps = { to: number; isPossible: boolean; search: KeySearch; children: string };

function Turn({ to, isPossible, search, children }: TurnProps) {
  if (!isPossible) return <span className={`${secondaryButton} invisible`}>{children}</span>;
  return (
    <Link href={keysAddress(search, { page: to })} className={secondaryButton}>
      {children}
    </Link>
  );
}
