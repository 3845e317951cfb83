import { EXPIRING_DAYS } from "@latchkey/rule/status";
import { Link } from "@/components/ui/link";
import { NEVER_USED_DAYS, UNUSED_DAYS } from "@/lib/keys/search";
import type { KeyCheck, KeySearch } from "@/lib/keys/search-schemas";
import { keysAddress } from "./address";

const CARDS: { check: KeyCheck; title: string; advice: string }[] = [
  { check: "weak", title: "Can be guessed", advice: "Regenerate them" },
  { check: "expiring", title: "Expiring soon", advice: `Within ${EXPIRING_DAYS} days` },
  { check: "unused", title: `Unused for ${UNUSED_DAYS} days`, advice: "Perhaps safe to revoke" },
  { check: "never-used", title: "Never used", advice: `Made ${NEVER_USED_DAYS} days ago or earlier` },
  { check: "never-expires", title: "Never expires", advice: "A leak would last" },
];

/** Whoever has fewer keys sees all of them anyway. */
const FEWEST_KEYS = 3;

type Props = { checks: Record<KeyCheck, number>; total: number; search: KeySearch };

/** What is worth a look, each a filter of the list below. A check that finds nothing is not shown. */
export function HygieneCards({ checks, total, search }: Props) {
  const shown = CARDS.filter(({ check }) => (total >= FEWEST_KEYS && checks[check] > 0) || search.check === check);
  if (shown.length === 0) return null;
  return (
    <nav aria-label="Worth a look" className="mt-6 grid grid-cols-2 gap-3 lg:grid-cols-4">
      {shown.map(({ check, title, advice }) => (
        <Link
          key={check}
          href={keysAddress(search, { check: search.check === check ? null : check })}
          scroll={false}
          aria-current={search.check === check ? "true" : undefined}
          className="rounded-lg border border-line bg-surface px-4 py-3 transition-colors hover:border-line-strong aria-[current]:border-accent aria-[current]:bg-accent-soft"
        >
          <span className="block text-ink-muted text-sm">{title}</span>
          <span className="block font-semibold text-xl tabular-nums">{checks[check].toLocaleString("en-GB")}</span>
          <span className="block text-ink-muted text-xs">{advice}</span>
        </Link>
      ))}
    </nav>
  );
}
