import { DayBars } from "@/components/ui/day-bars";
import { FigureTable } from "@/components/ui/figure-table";
import { count, dayText } from "@/components/usage/figures";
import type { UsageDay } from "@/lib/usage/days";
import type { Outcomes } from "@/lib/verification/counts";
import { ChartEnds } from "./chart-ends";
import { OutcomeChart } from "./outcome-chart";

/** Days are UTC days, up to today, the oldest first, and the same in both. */
export function KeyUsage({ days, outcomes }: { days: UsageDay[]; outcomes: Outcomes }) {
  const calls = days.reduce((sum, day) => sum + day.calls, 0);
  const isVerified = outcomes.valid > 0 || outcomes.refusals.length > 0;
  return (
    <>
      {calls > 0 ? (
        <Calls days={days} calls={calls} />
      ) : (
        <p className="text-ink-muted">No calls in the last {days.length} days.</p>
      )}
      <OutcomeChart outcomes={outcomes} />
      {(calls > 0 || isVerified) && <Table days={days} outcomes={outcomes} />}
    </>
  );
}

function Calls({ days, calls }: { days: UsageDay[]; calls: number }) {
  const credits = days.reduce((sum, day) => sum + day.credits, 0);
  const total = `${count(calls, "call")} and ${count(credits, "credit")} in ${days.length} days (UTC).`;
  return (
    <>
      <p className="mb-3 text-ink-muted tabular-nums">{total}</p>
      <DayBars
        days={days.map((day) => ({
          date: day.date,
          values: [day.calls],
          title: `${dayText(day.date, true)}: ${count(day.calls, "call")}`,
        }))}
        fills={["fill-accent"]}
        label={`Calls per day: ${total}`}
      />
      <ChartEnds days={days} />
    </>
  );
}

function Table({ days, outcomes }: { days: UsageDay[]; outcomes: Outcomes }) {
  return (
    <details className="mt-3">
      <summary className="w-fit rounded-sm text-ink-muted underline decoration-line-strong underline-offset-4 hover:text-ink">
        As a table
      </summary>
      <FigureTable
        className="mt-3 max-w-2xl"
        caption="Usage by day"
        head={["Day", "Calls", "Credits", "Valid", "Refused"]}
        rows={days
          .map(({ date, calls: made, credits: spent }, index) => {
            const { valid = 0, refused = 0 } = outcomes.days[index] ?? {};
            return {
              id: date,
              name: <time dateTime={date}>{dayText(date, true)}</time>,
              figures: [made, spent, valid, refused],
            };
          })
          .toReversed()}
      />
    </details>
  );
}
