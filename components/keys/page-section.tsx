import type { ReactNode } from "react";

/** A part of a key's own page. */
export function PageSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="mt-10">
      <h2 className="mb-4 border-line border-b pb-2 font-semibold text-lg tracking-tight">{title}</h2>
      {children}
    </section>
  );
}
