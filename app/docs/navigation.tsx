"use client";

import { usePathname } from "next/navigation";
import { Link } from "@/components/ui/link";

/** `parts`: what stands on the page, shown while it is open. */
type Place = { href: string; name: string; parts?: readonly { id: string; name: string }[] };

/** Beside the text; above it where there is no room, and then without the parts. */
export function DocsNavigation({ places }: { places: readonly Place[] }) {
  const path = usePathname();
  return (
    <nav
      aria-label="API reference"
      className="lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:self-start lg:overflow-y-auto lg:pb-2"
    >
      <p className="mb-2 font-medium text-ink-muted text-sm lg:pl-2.5">API reference</p>
      <ul className="flex flex-wrap gap-1 max-lg:-ml-2.5 lg:flex-col">
        {places.map(({ href, name, parts = [] }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={href === path ? "page" : undefined}
              className="block rounded-md px-2.5 py-1.5 text-ink-muted hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
            >
              {name}
            </Link>
            {href === path && parts.length > 0 && (
              <ul className="mt-1 mb-2 ml-2.5 hidden border-line border-l lg:block">
                {parts.map((part) => (
                  <li key={part.id}>
                    <a href={`#${part.id}`} className="block rounded-md py-1 pl-3 text-ink-muted text-sm hover:text-ink">
                      {part.name}
                    </a>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
