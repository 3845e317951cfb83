import type { ReactNode } from "react";
import { Inline } from "./prose";

export function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="mt-12 space-y-5 border-line border-t pt-10">
      <h2 id={id} className="scroll-mt-6 font-semibold text-xl tracking-tight">
        {title}
      </h2>
      {children}
    </section>
  );
}

/** The first cell of a row names it. */
export function Table({ caption, columns, rows }: { caption: string; columns: string[]; rows: string[][] }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-line border-b">
            {columns.map((column) => (
              <th key={column} scope="col" className="py-2 pr-4 font-medium">
                <Inline text={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name = "", ...cells]) => (
            <tr key={name} className="border-line border-b align-top">
              <th scope="row" className="min-w-24 py-2 pr-4 font-normal">
                <Inline text={name} />
              </th>
              {cells.map((cell, index) => (
                <td key={columns[index + 1]} className="py-2 pr-4 text-ink-muted">
                  <Inline text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
