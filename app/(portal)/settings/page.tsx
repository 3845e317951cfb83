import type { Metadata } from "next";
import { requireUser } from "@/lib/identity/page-callers";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const user = await requireUser("/settings");
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Settings</h1>
      <p className="mt-2 text-ink-muted">Signed in as {user.email}.</p>
    </>
  );
}
