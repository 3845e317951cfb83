import type { ReactNode } from "react";
import { BackLink } from "@/components/ui/back-link";
import { Written } from "@/components/ui/written";

/** Of a key's own page; `children` says what state it is in. */
export function KeyHeading({ name, list, children }: { name: string; list: string; children: ReactNode }) {
  return (
    <>
      <BackLink href={list}>Keys</BackLink>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">
          <Written>{name}</Written>
        </h1>
        {children}
      </div>
    </>
  );
}
