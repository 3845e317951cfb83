import { DayTable } from "@/components/usage/day-table";
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
      <DayTable
        caption="Usage by day"
        head={["Calls", "Credits", "Valid", "Refused"]}
        days={days.map(({ date, calls, credits }, index) => {
          const { valid = 0, refused = 0 } = outcomes.days[index] ?? {};
          return { date, figures: [calls, credits, valid, refused] };
        })}
      />
    </>
  );
}
