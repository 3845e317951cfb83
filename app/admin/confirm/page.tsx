import type { Metadata } from "next";
import { ContinueForm } from "@/components/admin/continue-form";
import { requireAdmin } from "@/lib/doors/page-guards";
import { returnPath } from "@/lib/identity/return-path";
import { PASSWORD_NEEDED } from "@/lib/values/fresh";
import { confirmPasswordAction } from "./actions";

export const metadata: Metadata = { title: "Confirm it is you" };

type Props = { searchParams: Promise<{ next?: string | string[] }> };

/** Where an address that needs the password sends a session in which it was not given lately; it goes on to `next`. */
export default async function ConfirmPage({ searchParams }: Props) {
  const admin = await requireAdmin();
  const path = returnPath((await searchParams).next);
  return (
    <div className="max-w-md">
      <h1 className="font-semibold text-2xl tracking-tight">Confirm it is you</h1>
      <p className="mt-1 mb-6 text-ink-muted">{PASSWORD_NEEDED} Give it to go on.</p>
      <ContinueForm email={admin.email} action={confirmPasswordAction} next={path.startsWith("/admin") ? path : "/admin"} />
    </div>
  );
}
