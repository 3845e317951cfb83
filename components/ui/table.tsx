import type { ComponentProps, ReactNode } from "react";
import { Link } from "./link";

type Props = { caption: string; head: ReactNode; className: string; children: ReactNode };

/** `head` is the cells of its first row, `children` are the other rows. */
export function Table({ caption, head, className, children }: Props) {
  return (
    <table className={`${className} w-full border-collapse text-left`}>
      <caption className="sr-only">{caption}</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>{head}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** Cells but the last keep a distance from the next. */
const CELL = "pr-4 last:pr-0";

type CellProps = { className?: string; children: ReactNode };

type HeaderProps = CellProps & {
  /** Of the column that the rows are in the order of. */
  order?: "ascending" | "descending" | undefined;
};

export function Header({ className = "", order, children }: HeaderProps) {
  return (
    <th scope="col" aria-sort={order} className={`py-2 font-medium ${CELL} ${className}`}>
      {children}
    </th>
  );
}

/** The cell that says what the row is about. */
export function RowHeader({ children }: { children: ReactNode }) {
  return (
    <th scope="row" className="py-2.5 pr-4 font-normal">
      {children}
    </th>
  );
}

export function Cell({ className = "", children }: CellProps) {
  return <td className={`py-2.5 ${CELL} ${className}`}>{children}</td>;
}

/** What a row is about, leading to its own page. */
export function RowLink(props: Omit<ComponentProps<typeof Link>, "className">) {
  return (
    <Link {...props} className="block w-fit rounded-sm font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline" />
  );
}

/** What a column is called, leading to the same list in its order. `direction` is null for a column that does not order it. */
export function SortLink({ href, direction, children }: { href: string; direction: "up" | "down" | null; children: string }) {
  return (
    <Link href={href} scroll={false} className="whitespace-nowrap rounded-sm hover:text-ink">
      {children}
      <span aria-hidden="true" className={direction ? "text-ink" : "invisible"}>
        {direction === "up" ? " ↑" : " ↓"}
      </span>
    </Link>
  );
}
