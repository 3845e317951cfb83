import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { withReturnPath } from "@/lib/identity/return-path";

type Props = { className?: string; question: string; href: string; next?: string | string[]; children: string };

/** Leads who is at the wrong one of these pages to another, from which they go on to `next` all the same. */
export function Elsewhere({ className = "mt-6", question, href, next, children }: Props) {
  return (
    <p className={`${className} text-ink-muted`}>
      {question}{" "}
      <Link href={withReturnPath(href, next)} className={textLink}>
        {children}
      </Link>
    </p>
  );
}
