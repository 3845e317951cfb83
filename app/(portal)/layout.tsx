import type { ReactNode } from "react";
import { SiteHeader } from "@/components/ui/site-header";
import { ThemeSwitch } from "@/components/ui/theme-switch";
import { findUser } from "@/lib/identity/page-callers";
import { signOutAction } from "../(account)/sign-out";
import { currentTheme } from "../current-theme";
import { chooseThemeAction } from "../theme";
import { PortalNavigation } from "./portal-navigation";

/** The frame of the signed-in pages. No guard: a layout is not run again on every navigation, so each page asks itself. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const [user, theme] = await Promise.all([findUser(), currentTheme()]);
  return (
    <>
      <SiteHeader>
        {user && <PortalNavigation />}
        <div className="flex items-center gap-3">
          <ThemeSwitch theme={theme} action={chooseThemeAction} />
          {user && (
            <>
              <span className="hidden max-w-64 text-right text-ink-muted text-sm [overflow-wrap:anywhere] lg:block">
                {user.email}
              </span>
              <form action={signOutAction}>
                <button type="submit" className="rounded-sm py-2 text-ink-muted hover:text-ink">
                  Sign out
                </button>
              </form>
            </>
          )}
        </div>
      </SiteHeader>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-page grow px-4 py-8 sm:px-6 sm:py-10">
        {children}
      </main>
    </>
  );
}
