import { FigureTable } from "@/components/ui/figure-table";
import { dayText } from "@/components/usage/figures";
import { CallChart } from "@/components/usage/usage-charts";
import { sumTotals, type UsageDay } from "@/lib/usage/days";
import type { Outcomes } from "@/lib/verification/counts";
import { OutcomeChart } from "./outcome-chart";

type Props = { days: UsageDay[]; outcomes: Outcomes };

/** Days are UTC days, up to today, the oldest first, and the same in both. */
export function KeyUsage({ days, outcomes }: Props) {
  const total = sumTotals(days);
  const isVerified = outcomes.valid > 0 || outcomes.refusals.length > 0;
  if (total.calls === 0 && !isVerified) {
    return <p className="text-ink-muted">Nobody used it in the last {days.length} days.</p>;
  }
  return (
    <>
      <p className="text-ink-muted">The last {days.length} days. Days are UTC days, and today is not over.</p>
      <div className={`mt-4 grid gap-8 ${isVerified ? "lg:grid-cols-2" : ""}`}>
        {total.calls > 0 ? (
          <CallChart days={days} total={total} isAlone />
        ) : (
          <p className="text-ink-muted">No calls were reported.</p>
        )}
        {isVerified && <OutcomeChart outcomes={outcomes} />}
      </div>
      <Table days={days} outcomes={outcomes} />
    </>
  );
}

function Table({ days, outcomes }: Props) {
  return (
    <details className="mt-6">
      <summary className="w-fit rounded-sm py-1 text-ink-muted hover:text-ink">Show the days as a table</summary>
      <FigureTable
        className="mt-3 max-w-2xl"
        caption="Usage by day"
        head={["Day (UTC)", "Calls", "Credits", "Valid", "Refused"]}
        rows={days
          .map(({ date, calls, credits }, index) => {
            const { valid = 0, refused = 0 } = outcomes.days[index] ?? {};
            return {
              id: date,
              name: <time dateTime={date}>{dayText(date, true)}</time>,
              figures: [calls, credits, valid, refused],
            };
          })
          .toReversed()}
      />
    </details>
  );
}
