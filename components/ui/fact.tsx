import type { ReactNode } from "react";

type Props = {
  term: string;
  /** Two columns where there is little room, or always. */
  isWide?: boolean | "always";
  children: ReactNode;
};

/** One of a list of facts. */
export function Fact({ term, isWide = false, children }: Props) {
  return (
    <div className={`min-w-0 ${isWide === "always" ? "col-span-2" : isWide ? "max-sm:col-span-2" : ""}`}>
      <dt className="text-ink-muted text-sm">{term}</dt>
      <dd className="mt-1">{children}</dd>
    </div>
  );
}
