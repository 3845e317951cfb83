import type { ReactNode } from "react";
import { Logo } from "./logo";

type Props = {
  /** Of pages of which some are wide: it stays where it is from one to the next. */
  isWide?: boolean;
  children?: ReactNode;
};

/** The bar above every page. The name leads to the front page with a full load, so that it also works from a broken page. */
export function SiteHeader({ isWide = false, children }: Props) {
  return (
    <header className="border-line border-b">
      <div
        className={`mx-auto flex min-h-14 w-full flex-wrap items-center justify-between gap-x-4 px-4 py-2 sm:px-6 ${isWide ? "max-w-wide" : "max-w-page"}`}
      >
        <a href="/" className="-mx-1 flex items-center gap-2 rounded-sm px-1 py-2 font-semibold text-lg tracking-tight">
          <Logo className="size-6" />
          Latchkey
        </a>
        {children}
      </div>
    </header>
  );
}
