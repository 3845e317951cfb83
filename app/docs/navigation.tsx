"use client";

import { ChevronDown } from "lucide-react";
import { usePathname } from "next/navigation";
import { useId } from "react";
import { PopoverLink } from "@/components/ui/popover-link";
import { withoutEndSlashes } from "@/lib/request/gated-apis";

/** `parts`: what stands on the page, shown while it is open. */
type Place = { href: string; name: string; parts?: readonly { id: string; name: string }[] };

/** Beside the text. Where there is no room: behind a button above it, without the parts, and no script is needed to open it. */
export function DocsNavigation({ places }: { places: readonly Place[] }) {
  const path = withoutEndSlashes(usePathname());
  const id = useId();
  const current = places.find(({ href }) => href === path)?.name;
  return (
    <nav
      aria-label="API reference"
      className="lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:self-start lg:overflow-y-auto lg:pb-2"
    >
      <button
        type="button"
        popoverTarget={id}
        className="flex w-full items-center gap-2 rounded-md border border-line px-3 py-2 text-left hover:border-line-strong lg:hidden"
      >
        <span className="shrink-0 text-ink-muted">API reference</span>
        <span className="truncate font-medium">{current}</span>
        <ChevronDown aria-hidden className="ml-auto size-4 shrink-0 text-ink-muted" />
      </button>
      <div id={id} popover="auto" className={panelStyle}>
        <p className="mb-2 pl-2.5 font-medium text-ink-muted text-sm max-lg:hidden">API reference</p>
        <ul className="flex flex-col gap-1">
          {places.map(({ href, name, parts = [] }) => (
            <li key={href}>
              <PopoverLink
                href={href}
                aria-current={href === path ? "page" : undefined}
                className="block rounded-md px-2.5 py-1.5 text-ink-muted hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
              >
                {name}
              </PopoverLink>
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
      </div>
    </nav>
  );
}

// A browser's own popover, which on wide screens is no more than a part of the page.
const panelStyle = [
  "text-ink lg:static lg:block lg:m-0 lg:w-auto lg:overflow-visible lg:border-0 lg:bg-transparent lg:p-0",
  "max-lg:m-auto max-lg:max-h-[calc(100%-0.5rem)] max-lg:w-[calc(100vw-2rem)] max-lg:rounded-md max-lg:border max-lg:border-line max-lg:bg-canvas max-lg:p-1 max-lg:shadow-overlay",
  // Below its button; in the middle of the screen where browsers know no anchors.
  "max-lg:supports-[position-area:bottom]:my-1 max-lg:supports-[position-area:bottom]:[inset:auto] max-lg:supports-[position-area:bottom]:[position-area:bottom]",
].join(" ");
