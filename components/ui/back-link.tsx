import { Link } from "./link";

/** Above the name of what a list leads to: back to the list. */
export function BackLink({ href, children }: { href: string; children: string }) {
  return (
    <Link href={href} className="block w-fit rounded-sm text-ink-muted hover:text-ink">
      <span aria-hidden="true">← </span>
      {children}
    </Link>
  );
}
