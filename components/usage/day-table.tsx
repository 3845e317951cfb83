import { FigureTable } from "@/components/ui/figure-table";
import type { Totals, UsageDay } from "@/lib/usage/days";
import { dayText } from "./figures";

/** The charts' numbers, the newest day first. Closed until asked for. */
export function DayTable({ days, total }: { days: UsageDay[]; total: Totals }) {
  return (
    <details className="mt-6">
      <summary className="w-fit rounded-sm py-1 text-ink-muted hover:text-ink">Show the days as a table</summary>
      <FigureTable
        className="mt-3 max-w-xl"
        caption="Calls and credits per day"
        head={["Day (UTC)", "Calls", "Credits"]}
        rows={days.toReversed().map(({ date, calls, credits }) => ({
          id: date,
          name: <time dateTime={date}>{dayText(date, true)}</time>,
          figures: [calls, credits],
        }))}
        total={[total.calls, total.credits]}
      />
    </details>
  );
}
