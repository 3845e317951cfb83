import { Chart } from "@/components/ui/chart";
import { DayTable } from "@/components/usage/day-table";
import { count, dayText, figure } from "@/components/usage/figures";
import type { ServiceDay } from "@/lib/services/list";

/** What a service asked for, day by day: calls that it might make, and on top of them what was refused. */
export function ActivityChart({ days }: { days: readonly ServiceDay[] }) {
  const calls = days.reduce((sum, day) => sum + day.calls, 0);
  const refusals = days.reduce((sum, day) => sum + day.refusals, 0);
  if (calls + refusals === 0) return <p className="text-ink-muted">It did not call in the last {days.length} days.</p>;
  const text = `${count(calls, "call")}, ${figure(refusals)} refused`;
  return (
    <>
      <p className="mb-4 text-ink-muted">The last {days.length} days. Days are UTC days, and today is not over.</p>
      <Chart
        title="Calls per day"
        total={text}
        series={[
          { name: count(calls, "call"), look: "plain" },
          { name: `${figure(refusals)} refused`, look: "stripes" },
        ]}
        bars={days.map((day) => ({
          id: day.date,
          short: dayText(day.date),
          name: dayText(day.date, true),
          lines: [count(day.calls, "call"), `${figure(day.refusals)} refused`],
          values: [day.calls, day.refusals],
        }))}
      />
      <DayTable
        caption="Calls per day"
        head={["Calls", "Refused"]}
        days={days.map((day) => ({ date: day.date, figures: [day.calls, day.refusals] }))}
        total={[calls, refusals]}
      />
    </>
  );
}
