import Link from "next/link";
import type { ReactNode } from "react";
import type { Totals, UsageReport } from "@/lib/usage/report";
import { figure } from "./figures";

type Props = {
  report: Pick<UsageReport, "key" | "keys" | "otherKeys" | "deletedKeys">;
  /** Of the page about one key alone, by the key's id. */
  addresses: ReadonlyMap<string, string>;
};

/** What each key was used for. A name leads to the days of that key alone. */
export function KeyTable({ report, addresses }: Props) {
  return (
    <table className="mt-2 w-full border-collapse text-left">
      <caption className="sr-only">Calls and credits per key</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          <th scope="col" className="py-2 pr-4 font-medium">
            Key
          </th>
          <th scope="col" className="w-20 py-2 pr-4 text-right font-medium sm:w-32">
            Calls
          </th>
          <th scope="col" className="w-20 py-2 text-right font-medium sm:w-32">
            Credits
          </th>
        </tr>
      </thead>
      <tbody>
        {report.keys.map(({ uuid, name, masked, ...totals }) => (
          <Row key={uuid} totals={totals}>
            <Link
              href={addresses.get(uuid) ?? ""}
              prefetch={false}
              scroll={false}
              aria-current={report.key?.uuid === uuid ? "true" : undefined}
              className="rounded-sm font-medium underline decoration-line-strong underline-offset-4 [overflow-wrap:anywhere] hover:decoration-ink aria-[current]:text-accent"
            >
              {name}
            </Link>
            <code className="mt-0.5 block font-mono text-ink-muted text-xs">{masked}</code>
          </Row>
        ))}
        {report.otherKeys && (
          <Row totals={report.otherKeys}>
            <span className="text-ink-muted">{figure(report.otherKeys.count)} keys that were used less</span>
          </Row>
        )}
        {report.deletedKeys && (
          <Row totals={report.deletedKeys}>
            <span className="text-ink-muted">Deleted keys</span>
          </Row>
        )}
      </tbody>
    </table>
  );
}

function Row({ totals, children }: { totals: Totals; children: ReactNode }) {
  return (
    <tr className="border-line border-b align-top">
      <th scope="row" className="py-2.5 pr-4 font-normal">
        {children}
      </th>
      <td className="py-2.5 pr-4 text-right tabular-nums">{figure(totals.calls)}</td>
      <td className="py-2.5 text-right tabular-nums">{figure(totals.credits)}</td>
    </tr>
  );
}
