import type { ReactNode } from "react";

type Props = {
  term: string;
  /** A line of its own where there is little room. */
  isWide?: boolean;
  children: ReactNode;
};

/** One of a list of facts. */
export function Fact({ term, isWide = false, children }: Props) {
  return (
    <div className={`min-w-0 ${isWide ? "max-sm:col-span-2" : ""}`}>
      <dt className="text-ink-muted text-sm">{term}</dt>
      <dd className="mt-1">{children}</dd>
    </div>
  );
}
