import { DayBars } from "@/components/ui/day-bars";
import type { UsageDay } from "@/lib/usage/statistics";

export function KeyUsage({ days }: { days: UsageDay[] }) {
  const calls = days.reduce((sum, day) => sum + day.calls, 0);
  const credits = days.reduce((sum, day) => sum + day.credits, 0);
  const total = `${count(calls, "call")} and ${count(credits, "credit")} in ${days.length} days (UTC).`;
  return (
    <>
      <p className="mb-3 text-ink-muted tabular-nums">{total}</p>
      <DayBars days={days.map(({ date, calls: value }) => ({ date, value }))} label={`Calls per day: ${total}`} />
      <p aria-hidden="true" className="mt-1 flex justify-between text-ink-muted text-xs">
        <span>{days[0]?.date}</span>
        <span>{days.at(-1)?.date}</span>
      </p>
      <details className="mt-3">
        <summary className="w-fit rounded-sm text-ink-muted underline decoration-line-strong underline-offset-4 hover:text-ink">
          As a table
        </summary>
        <table className="mt-3 w-full max-w-md border-collapse text-left tabular-nums">
          <caption className="sr-only">Usage by day</caption>
          <thead className="border-line border-b text-ink-muted text-sm">
            <tr>
              <th scope="col" className="py-1.5 font-medium">
                Day
              </th>
              <th scope="col" className="py-1.5 text-right font-medium">
                Calls
              </th>
              <th scope="col" className="py-1.5 text-right font-medium">
                Credits
              </th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.date} className="border-line border-b">
                <th scope="row" className="py-1.5 font-normal">
                  {day.date}
                </th>
                <td className="py-1.5 text-right">{day.calls.toLocaleString("en-GB")}</td>
                <td className="py-1.5 text-right">{day.credits.toLocaleString("en-GB")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

function count(number: number, word: string): string {
  return `${number.toLocaleString("en-GB")} ${word}${number === 1 ? "" : "s"}`;
}
