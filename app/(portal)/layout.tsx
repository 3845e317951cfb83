import type { ReactNode } from "react";
import { AccountBar } from "@/app/_shell/account-bar";
import { HeaderNavigation, type Place } from "@/components/ui/header-navigation";
import { SiteHeader } from "@/components/ui/site-header";
import { findUser, isAdmin } from "@/lib/doors/guards";

const PLACES: Place[] = [
  { href: "/keys", name: "Keys" },
  { href: "/usage", name: "Usage" },
  { href: "/settings", name: "Settings" },
  { href: "/docs", name: "Docs" },
];

/** The frame of the signed-in pages. No guard: a layout is not run again on every navigation, so each page asks itself. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const user = await findUser();
  const places = (await isAdmin()) ? [...PLACES, { href: "/admin", name: "Admin" }] : PLACES;
  return (
    <>
      <SiteHeader>
        {user && <HeaderNavigation name="Portal" places={places} />}
        <AccountBar email={user?.email} />
      </SiteHeader>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-page grow px-4 py-8 sm:px-6 sm:py-10">
        {children}
      </main>
    </>
  );
}
