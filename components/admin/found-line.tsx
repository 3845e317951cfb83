import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";

/** What a list found. `all`: where it stands without any filter; null where there is none. */
export function FoundLine({ all, children }: { all: string | null; children: ReactNode }) {
  return (
    <p role="status" className="mt-4 text-ink-muted [overflow-wrap:anywhere]">
      {children}{" "}
      {all !== null && (
        <Link href={all} className={textLink}>
          Show all
        </Link>
      )}
    </p>
  );
}
