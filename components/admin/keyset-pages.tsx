import type { ReactNode } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";

type Props = {
  /** What the list is of, for those who hear the page: "Audit entries". */
  of: string;
  newer: string | null;
  older: string | null;
  /** Where the list begins, and where it ends. */
  ends: { first: string; last: string };
  /** Where the order is not that of time, the links are named otherwise. */
  names?: PageNames | undefined;
  /** The way to a day or a letter. */
  jump?: ReactNode;
};

export type PageNames = { first: string; newer: string; older: string; last: string };

export const BY_TIME: PageNames = { first: "Newest", newer: "Newer", older: "Older", last: "Oldest" };
export const BY_ORDER: PageNames = { first: "First", newer: "Previous", older: "Next", last: "Last" };

/** The way through a long list. There are no page numbers: to count the pages would be to read them all. */
export function KeysetPages({ of, newer, older, ends, names = BY_TIME, jump }: Props) {
  if (!newer && !older) return null;
  return (
    <nav aria-label={`Pages of ${of}`} className="mt-6 flex flex-wrap items-center justify-between gap-3">
      <Way end={ends.first} to={newer} rel="prev" names={[names.first, names.newer]} />
      {jump && <div className="order-last w-full sm:order-none sm:w-auto">{jump}</div>}
      <Way end={ends.last} to={older} rel="next" names={[names.last, names.older]} />
    </nav>
  );
}

type WayProps = { end: string; to: string | null; rel: "prev" | "next"; names: [end: string, to: string] };

/** Keeps its place where there is nothing on this side. */
function Way({ end, to, rel, names }: WayProps) {
  const isNext = rel === "next";
  return (
    <span className={`flex gap-3 ${isNext ? "flex-row-reverse" : ""} ${to ? "" : "invisible"}`}>
      {to && (
        <>
          <Link href={end} className={secondaryButton}>
            {names[0]}
          </Link>
          <Link href={to} rel={rel} className={secondaryButton}>
            {names[1]}
          </Link>
        </>
      )}
    </span>
  );
}
