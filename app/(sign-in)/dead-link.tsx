import { primaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";
import { withReturnPath } from "@/lib/identity/return-path";

/** Of a mailed link, said before anything is typed. `href`: where there is a new one. */
export function DeadLink({ href, next }: { href: string; next?: string | string[] | undefined }) {
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">This link no longer works</h1>
      <p className="mt-2 mb-6 text-ink-muted">It expired, was used, or a newer one took its place.</p>
      <Link href={withReturnPath(href, next)} className={primaryButton}>
        Ask for a new one
      </Link>
    </>
  );
}
