import { primaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";
import { NO_SUCH_PAGE } from "@/lib/values/page-words";

/** Inside the frame of the signed-in pages, with the same words as outside of it: it says nothing about whose it is. */
export function NoSuchPage({ href, children }: { href: string; children: string }) {
  return (
    <div className="py-8">
      <p className="font-medium text-ink-faint">{NO_SUCH_PAGE.code}</p>
      <h1 className="mt-2 font-semibold text-2xl tracking-tight">{NO_SUCH_PAGE.title}</h1>
      <p className="mt-3 mb-6 max-w-measure text-ink-muted text-lg">{NO_SUCH_PAGE.text}</p>
      <Link href={href} className={primaryButton}>
        {children}
      </Link>
    </div>
  );
}
