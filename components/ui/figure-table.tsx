import type { ReactNode } from "react";

type Row = { id: string; name: ReactNode; figures: readonly number[] };

type Props = {
  caption: string;
  /** The first is of the column of names. */
  head: readonly string[];
  rows: readonly Row[];
  total?: readonly number[];
  className?: string;
};

/** Names and their numbers, the numbers under each other. */
export function FigureTable({ caption, head: [first, ...rest], rows, total, className = "" }: Props) {
  return (
    <table className={`w-full border-collapse text-left tabular-nums ${className}`}>
      <caption className="sr-only">{caption}</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          <th scope="col" className="py-2 pr-4 font-medium">
            {first}
          </th>
          {rest.map((title) => (
            <th key={title} scope="col" className="py-2 pr-4 text-right font-medium last:pr-0">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, name, figures }) => (
          <tr key={id} className="border-line border-b align-top">
            <th scope="row" className="py-2 pr-4 font-normal">
              {name}
            </th>
            {figures.map((amount, place) => (
              <Figure key={rest[place]} amount={amount} />
            ))}
          </tr>
        ))}
      </tbody>
      {total && (
        <tfoot className="font-medium">
          <tr>
            <th scope="row" className="py-2 pr-4 font-medium">
              Total
            </th>
            {total.map((amount, place) => (
              <td key={rest[place]} className="py-2 pr-4 text-right last:pr-0">
                {amount.toLocaleString("en-GB")}
              </td>
            ))}
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Figure({ amount }: { amount: number }) {
  return (
    <td className={`w-20 py-2 pr-4 text-right last:pr-0 sm:w-28 ${amount === 0 ? "text-ink-faint" : ""}`}>
      {amount.toLocaleString("en-GB")}
    </td>
  );
}
