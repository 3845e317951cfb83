import { REFUSAL_PHRASES } from "@latchkey/rule/verdicts";
import { DayBars } from "@/components/ui/day-bars";
import { dayText, figure } from "@/components/usage/figures";
import type { Outcomes } from "@/lib/verification/counts";
import { ChartEnds } from "./chart-ends";

/** How the API was answered when it asked about the key: words first, the picture second. */
export function OutcomeChart({ outcomes: { days, valid, refusals } }: { outcomes: Outcomes }) {
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  if (valid + refused === 0) return null;
  const reasons = refusals.map(({ code, count }) => `${figure(count)} ${REFUSAL_PHRASES[code]}`).join(", ");
  return (
    <div className="mt-6">
      <h3 className="mb-1 font-medium">Verifications by outcome</h3>
      <p className="mb-3 text-ink-muted tabular-nums">
        <Swatch fill="bg-accent" /> {figure(valid)} valid, <Swatch fill="bg-danger" /> {figure(refused)} refused
        {reasons && `: ${reasons}`}.
      </p>
      <DayBars
        days={days.map((day) => ({
          date: day.date,
          values: [day.valid, day.refused],
          title: `${dayText(day.date, true)}: ${figure(day.valid)} valid, ${figure(day.refused)} refused`,
        }))}
        fills={["fill-accent", "fill-danger"]}
        label={`Verifications per day: ${figure(valid)} valid, ${figure(refused)} refused.`}
      />
      <ChartEnds days={days} />
    </div>
  );
}

function Swatch({ fill }: { fill: string }) {
  return <span aria-hidden="true" className={`inline-block size-2.5 rounded-xs ${fill}`} />;
}
