import { primaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";

/** Inside the frame of the signed-in pages, with the same words as outside of it: it says nothing about whose it is. */
export function NoSuchPage({ href, children }: { href: string; children: string }) {
  return (
    <div className="py-8">
      <p className="font-medium text-ink-faint">404</p>
      <h1 className="mt-2 font-semibold text-2xl tracking-tight">There is no such page</h1>
      <p className="mt-3 mb-6 max-w-prose text-ink-muted text-lg">The address may be mistyped, or what it led to is gone.</p>
      <Link href={href} className={primaryButton}>
        {children}
      </Link>
    </div>
  );
}
