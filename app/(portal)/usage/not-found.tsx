import type { Metadata } from "next";
import Link from "next/link";
import { primaryButton } from "@/components/ui/button-styles";

export const metadata: Metadata = { title: "Page not found" };

/** Inside the frame of the signed-in pages. It says nothing about whose key the address names. */
export default function UsageNotFound() {
  return (
    <div className="py-8">
      <p className="font-medium text-ink-faint">404</p>
      <h1 className="mt-2 font-semibold text-2xl tracking-tight">There is no such page</h1>
      <p className="mt-3 mb-6 max-w-prose text-ink-muted text-lg">The address may be mistyped, or what it led to is gone.</p>
      <Link href="/usage" prefetch={false} className={primaryButton}>
        Show the usage of all keys
      </Link>
    </div>
  );
}
