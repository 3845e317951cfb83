import type { ReactNode } from "react";
import { PopoverLink } from "@/components/ui/popover-link";
import { Written } from "@/components/ui/written";

type Props = { email: string; theme: ReactNode };

const item = "block w-full rounded-sm px-2.5 py-1.5 text-left hover:bg-sunken";

/** Opened and closed by the browser itself, so that it works without JavaScript. */
export function AccountMenu({ email, theme }: Props) {
  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        className="-mr-2 flex h-9 items-center gap-1 rounded-md px-2 text-ink-muted hover:bg-sunken hover:text-ink"
      >
        <Sign path={PERSON} className="size-5" />
        <Sign path={DOWN} className="size-4" />
        <span className="sr-only">Your account</span>
      </button>
      <div
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
        <PopoverLink href="/settings" className={item}>
          Settings
        </PopoverLink>
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

const PERSON = "M18 20a6 6 0 0 0-12 0M12 14a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20";
const DOWN = "m6 9 6 6 6-6";

/** Drawn here: a library for two signs would be a part of every page. */
function Sign({ path, className }: { path: string; className: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className} fill="none" stroke="currentColor" strokeWidth="1.75">
      <path d={path} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
