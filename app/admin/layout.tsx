import type { Metadata } from "next";
import type { ReactNode } from "react";
import { AccountBar } from "@/app/_shell/account-bar";
import { ConfirmPasswordProvider } from "@/components/admin/confirmed-action";
import { HeaderNavigation, type Place } from "@/components/ui/header-navigation";
import { SiteHeader } from "@/components/ui/site-header";
import { requireAdmin } from "@/lib/doors/guards";
import { confirmPasswordAction } from "./confirm/actions";

export const metadata: Metadata = { title: { default: "Admin", template: "%s · Admin · Latchkey" } };

const PLACES: Place[] = [
  { href: "/admin", name: "Overview", isExact: true },
  { href: "/admin/keys", name: "Keys" },
  { href: "/admin/users", name: "Users" },
  { href: "/admin/audit", name: "Audit" },
  { href: "/keys", name: "Portal" },
];

/** The frame of the pages of staff. Each page asks for itself as well: a layout is not run again on every navigation. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const admin = await requireAdmin();
  return (
    <ConfirmPasswordProvider email={admin.email} action={confirmPasswordAction}>
      <SiteHeader>
        <HeaderNavigation name="Admin" places={PLACES} />
        <AccountBar email={admin.email} />
      </SiteHeader>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-page grow px-4 py-8 sm:px-6 sm:py-10">
        {children}
      </main>
    </ConfirmPasswordProvider>
  );
}
