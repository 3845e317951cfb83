import type { ReactNode } from "react";
import { currentTheme } from "@/app/_shell/current-theme";
import { chooseThemeAction } from "@/app/_shell/theme";
import { SiteHeader } from "@/components/ui/site-header";
import { ThemeSwitch } from "@/components/ui/theme-switch";

export default async function AccountLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <SiteHeader>
        <ThemeSwitch theme={await currentTheme()} action={chooseThemeAction} />
      </SiteHeader>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-sm grow px-4 py-12 sm:py-20">
        {children}
      </main>
    </>
  );
}
