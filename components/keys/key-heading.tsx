import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Written } from "@/components/ui/written";

/** Of a key's own page; `children` says what state it is in. */
export function KeyHeading({ name, list, children }: { name: string; list: string; children: ReactNode }) {
  return (
    <>
      <Link href={list} className="rounded-sm text-ink-muted hover:text-ink">
        <span aria-hidden="true">← </span>Keys
      </Link>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">
          <Written>{name}</Written>
        </h1>
        {children}
      </div>
    </>
  );
}
