import type { ComponentProps } from "react";
import { Link } from "@/components/ui/link";
import { type Count, countText } from "@/lib/values/bounded-count";

type Choice = {
  name: string;
  href: string;
  isChosen: boolean;
  /** How much it leads to, where that is known. */
  count?: Count | undefined;
};

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
      {choices.map(({ name, href, isChosen, count }) => (
        <ChoiceLink
          key={name}
          href={href}
          isChosen={isChosen}
          className="rounded-md px-2.5 py-1.5 text-ink-muted transition-colors hover:text-ink has-data-pending:bg-sunken aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink forced-colors:aria-[current]:outline-1"
        >
          {name}
          {count && (
            <>
              {" "}
              <span className="font-normal text-ink-faint text-sm tabular-nums">{countText(count)}</span>
            </>
          )}
        </ChoiceLink>
      ))}
    </nav>
  );
}

/** The same page, otherwise: it stays where it is scrolled to. */
export function ChoiceLink({ isChosen, ...link }: ComponentProps<typeof Link> & { isChosen: boolean }) {
  return <Link {...link} scroll={false} aria-current={isChosen ? "true" : undefined} />;
}
