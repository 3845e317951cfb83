"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

const PAGES = [
  { href: "/keys", name: "Keys" },
  { href: "/usage", name: "Usage" },
  { href: "/settings", name: "Settings" },
];

/** On narrow screens a line of its own, below the name. */
export function PortalNavigation() {
  const path = usePathname();
  return (
    <nav aria-label="Portal" className="order-last flex w-full gap-5 sm:order-none sm:ml-4 sm:w-auto sm:grow">
      {PAGES.map(({ href, name }) => (
        <Link
          key={href}
          href={href}
          prefetch={false}
          aria-current={path === href ? "page" : path.startsWith(`${href}/`) ? "true" : undefined}
          className="rounded-sm py-2 text-ink-muted hover:text-ink aria-[current]:font-medium aria-[current]:text-ink"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
