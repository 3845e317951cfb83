import type { Metadata } from "next";
import type { ReactNode } from "react";
import { SignedInFrame } from "@/app/_shell/signed-in-frame";
import { ConfirmPasswordProvider } from "@/components/admin/confirmed-action";
import { FindForm } from "@/components/admin/find-form";
import type { Place } from "@/components/ui/header-navigation";
import { isAdmin, requireAdmin } from "@/lib/doors/page-guards";
import { confirmPasswordAction } from "./confirm/actions";

/** The title of a page that is not there, as it is to others than staff, says no more than the page. */
export async function generateMetadata(): Promise<Metadata> {
  return (await isAdmin()) ? { title: { default: "Admin", template: "%s · Admin · Latchkey" } } : {};
}

const PLACES: Place[] = [
  { href: "/admin", name: "Overview", isExact: true },
  { href: "/admin/keys", name: "Keys" },
  { href: "/admin/users", name: "Users" },
  { href: "/admin/services", name: "Services" },
  { href: "/admin/audit", name: "Audit" },
  { href: "/admin/import", name: "Import" },
  { href: "/keys", name: "Portal" },
];

/** The frame of the pages of staff. Each page asks for itself as well: a layout is not run again on every navigation. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const admin = await requireAdmin();
  return (
    <ConfirmPasswordProvider email={admin.email} action={confirmPasswordAction}>
      <SignedInFrame name="Admin" places={PLACES} email={admin.email} account={admin.id} search={<FindForm />}>
        <p className="noscript:block mb-6 hidden text-ink-muted">
          Without JavaScript, these pages can be searched and read. What changes something needs it.
        </p>
        {children}
      </SignedInFrame>
    </ConfirmPasswordProvider>
  );
}
