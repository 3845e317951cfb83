import type { Totals, UsageDay } from "@/lib/usage/days";
import { DayChart } from "./day-chart";
import { DayTable } from "./day-table";

/** Calls and credits side by side, and the same as a table. */
export function UsageCharts({ days, total }: { days: UsageDay[]; total: Totals }) {
  return (
    <>
      <div className="mt-6 grid gap-x-8 gap-y-8 lg:grid-cols-2">
        <DayChart unit="call" days={days} total={total.calls} />
        <DayChart unit="credit" days={days} total={total.credits} />
      </div>
      <DayTable days={days} total={total} />
    </>
  );
}
