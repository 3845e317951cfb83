"use client";

import { usePathname } from "next/navigation";
import { Link } from "@/components/ui/link";
import { withoutEndSlashes } from "@/lib/request/gated-apis";

/** `isExact`: the pages below it are places of their own. */
export type Place = { href: string; name: string; isExact?: boolean };

/** On narrow screens a line of its own, below the name of the site. */
export function HeaderNavigation({ name, places }: { name: string; places: readonly Place[] }) {
  const path = withoutEndSlashes(usePathname());
  return (
    <nav aria-label={name} className="order-last flex w-full flex-wrap gap-x-5 sm:order-none sm:ml-4 sm:w-auto sm:grow">
      {places.map((place) => (
        <Link
          key={place.href}
          href={place.href}
          aria-current={currentness(place, path)}
          className="rounded-sm py-2 text-ink-muted hover:text-ink aria-[current]:font-medium aria-[current]:text-ink"
        >
          {place.name}
        </Link>
      ))}
    </nav>
  );
}

function currentness({ href, isExact }: Place, path: string): "page" | "true" | undefined {
  if (path === href) return "page";
  return !isExact && path.startsWith(`${href}/`) ? "true" : undefined;
}
