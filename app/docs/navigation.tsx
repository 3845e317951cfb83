"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

type Props = { places: readonly { href: string; name: string }[] };

/** Beside the text; above it where there is no room. */
export function DocsNavigation({ places }: Props) {
  const path = usePathname();
  return (
    <nav aria-label="API reference" className="lg:sticky lg:top-6 lg:self-start">
      <p className="mb-2 font-medium text-ink-muted text-sm">API reference</p>
      <ul className="flex flex-wrap gap-1 lg:flex-col">
        {places.map(({ href, name }) => (
          <li key={href}>
            <Link
              href={href}
              prefetch={false}
              aria-current={href === path ? "page" : undefined}
              className="block rounded-md px-2.5 py-1.5 text-ink-muted hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink lg:-ml-2.5"
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
