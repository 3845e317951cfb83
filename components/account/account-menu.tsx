"use client";

import { ChevronDown, CircleUserRound } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Link } from "@/components/ui/link";
import { Written } from "@/components/ui/written";

type Props = { email: string; theme: ReactNode };

const item = "block w-full rounded-sm px-2.5 py-1.5 text-left hover:bg-sunken";

/** Opened and closed by the browser itself, so that it works without JavaScript. */
export function AccountMenu({ email, theme }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        className="-mr-2 flex h-9 items-center gap-1 rounded-md px-2 text-ink-muted hover:bg-sunken hover:text-ink"
      >
        <CircleUserRound aria-hidden="true" className="size-5" strokeWidth={1.75} />
        <ChevronDown aria-hidden="true" className="size-4" strokeWidth={1.75} />
        <span className="sr-only">Your account</span>
      </button>
      <div
        ref={menu}
        id="account-menu"
        popover="auto"
        className="account-menu w-80 max-w-[calc(100vw-2rem)] rounded-lg border border-line bg-canvas p-1.5 text-ink shadow-overlay"
      >
        <p className="px-2.5 pt-1.5 pb-2.5">
          <span className="block text-ink-muted text-sm">Signed in as</span>
          <span className="block font-medium [overflow-wrap:anywhere]">
            <Written>{email}</Written>
          </span>
        </p>
        <Link href="/settings" onClick={() => menu.current?.hidePopover()} className={item}>
          Settings
        </Link>
        <div className="group/named my-1.5 border-line border-y px-1 py-2" data-named>
          {theme}
        </div>
        <form action="/sign-out" method="post">
          <button type="submit" className={item}>
            Sign out
          </button>
        </form>
      </div>
    </>
  );
}
