import { Link } from "@/components/ui/link";

type Props = {
  name: string;
  value: number;
  /** What to hold the number against. */
  note?: string;
  /** The list behind it. */
  href: string;
  isWarning?: boolean;
};

/** A number that leads to its list. */
export function NumberCard({ name, value, note, href, isWarning = false }: Props) {
  return (
    <li>
      <Link
        href={href}
        className="block h-full rounded-lg border border-line bg-surface px-4 py-3 transition-colors hover:border-line-strong"
      >
        <span className="block text-ink-muted">{name}</span>
        <span
          className={`mt-1 block font-semibold text-2xl tabular-nums tracking-tight ${isWarning && value > 0 ? "text-warning" : ""}`}
        >
          {value.toLocaleString("en-GB")}
        </span>
        {note && <span className="mt-1 block text-ink-muted text-sm">{note}</span>}
      </Link>
    </li>
  );
}
