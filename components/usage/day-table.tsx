import type { Totals } from "@/lib/usage/report";
import type { UsageDay } from "@/lib/usage/statistics";
import { dayText, figure } from "./figures";

/** The charts' numbers, the newest day first. Closed until asked for. */
export function DayTable({ days, total }: { days: UsageDay[]; total: Totals }) {
  return (
    <details className="mt-6">
      <summary className="w-fit rounded-sm py-1 text-ink-muted hover:text-ink">Show the days as a table</summary>
      <table className="mt-3 w-full max-w-xl border-collapse text-left tabular-nums">
        <caption className="sr-only">Calls and credits per day</caption>
        <thead className="border-line border-b text-ink-muted text-sm">
          <tr>
            <th scope="col" className="py-2 pr-4 font-medium">
              Day (UTC)
            </th>
            <th scope="col" className="py-2 pr-4 text-right font-medium">
              Calls
            </th>
            <th scope="col" className="py-2 text-right font-medium">
              Credits
            </th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ date, calls, credits }) => (
            <tr key={date} className="border-line border-b">
              <th scope="row" className="py-1.5 pr-4 font-normal">
                <time dateTime={date}>{dayText(date, true)}</time>
              </th>
              <Figure amount={calls} />
              <Figure amount={credits} />
            </tr>
          ))}
        </tbody>
        <tfoot className="font-medium">
          <tr>
            <th scope="row" className="py-2 pr-4 font-medium">
              Total
            </th>
            <td className="py-2 pr-4 text-right">{figure(total.calls)}</td>
            <td className="py-2 text-right">{figure(total.credits)}</td>
          </tr>
        </tfoot>
      </table>
    </details>
  );
}

function Figure({ amount }: { amount: number }) {
  return <td className={`py-1.5 pr-4 text-right last:pr-0 ${amount === 0 ? "text-ink-faint" : ""}`}>{figure(amount)}</td>;
}
