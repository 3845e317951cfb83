import { Link } from "@/components/ui/link";

type Choice = { name: string; href: string; isChosen: boolean };

/** Links of which one is where the page is: a filter, or a period. */
export function ChoiceLinks({
  label,
  choices,
  className = "",
}: {
  label: string;
  choices: readonly Choice[];
  className?: string;
}) {
  return (
    <nav aria-label={label} className={`flex flex-wrap gap-1 ${className}`}>
      {choices.map(({ name, href, isChosen }) => (
        <Link
          key={name}
          href={href}
          scroll={false}
          aria-current={isChosen ? "true" : undefined}
          className="rounded-md px-2.5 py-1.5 text-ink-muted transition-colors hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
