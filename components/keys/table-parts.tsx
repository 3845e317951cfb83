import type { ReactNode } from "react";
import { Moment } from "@/components/ui/moment";
import { Sparkline } from "@/components/ui/sparkline";
import { SortLink } from "@/components/ui/table";
import type { KeySort } from "@/lib/keys/search-schemas";

/** What the tables of keys, one's own and everyone's, are made of. */
export function Header({ className, children }: { className: string; children: ReactNode }) {
  return (
    <th scope="col" className={`whitespace-nowrap py-2 pr-4 font-medium ${className}`}>
      {children}
    </th>
  );
}

export function Cell({ className, children }: { className: string; children: ReactNode }) {
  return <td className={`py-3 pr-4 ${className}`}>{children}</td>;
}

export function Masked({ children }: { children: string }) {
  return (
    <code translate="no" className="font-mono text-ink-muted text-xs">
      {children}
    </code>
  );
}

/** Of a key whose credential was made elsewhere, and is short. */
export function Guessable() {
  return <span className="mt-1 block text-danger text-xs">Can be guessed: regenerate it</span>;
}

type ReplacedProps = { replaced: readonly { masked: string; validUntil: Date }[]; now: Date };

/** Earlier credentials that still work. */
export function Replaced({ replaced, now }: ReplacedProps) {
  return replaced.map(({ masked, validUntil }) => (
    <span key={masked + validUntil.getTime()} className="mt-1 block text-ink-muted text-xs">
      <Masked>{masked}</Masked> works until <Moment at={validUntil} now={now} as="minute" />
    </span>
  ));
}

/** An instant, or that there is none. */
export function MomentOrNever({ at, now, as }: { at: Date | null; now: Date; as: "ago" | "end-day" }) {
  return at ? <Moment at={at} now={now} as={as} /> : <span className="text-ink-faint">Never</span>;
}

/** `top`: the most calls of a day that any key of the list has, so that keys can be compared. */
export function DailyCalls({ values, top }: { values: number[]; top: number }) {
  const calls = values.reduce((sum, day) => sum + day, 0);
  return (
    <>
      <Sparkline values={values} top={top} />
      <span className="block text-ink-muted text-xs tabular-nums">
        {calls === 0 ? "No calls" : `${calls.toLocaleString("en-GB")} ${calls === 1 ? "call" : "calls"}`}
      </span>
    </>
  );
}

type SortColumn = "name" | "used" | "created" | "expires";

/** Names go up first, instants from the latest down. */
const FIRST: Record<SortColumn, KeySort> = { name: "name", used: "-used", created: "-created", expires: "expires" };

type SortHeaderProps = {
  by: SortColumn;
  sort: KeySort;
  addressOf: (sort: KeySort) => string;
  className?: string;
  children: string;
};

export function SortHeader({ by, sort, addressOf, className = "", children }: SortHeaderProps) {
  const isSorted = sort === by || sort === `-${by}`;
  const isDescending = sort.startsWith("-");
  const opposite = (isDescending ? by : `-${by}`) as KeySort;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}
      className={`py-2 pr-4 font-medium ${className}`}
    >
      <SortLink href={addressOf(isSorted ? opposite : FIRST[by])} direction={isSorted ? (isDescending ? "down" : "up") : null}>
        {children}
      </SortLink>
    </th>
  );
}
