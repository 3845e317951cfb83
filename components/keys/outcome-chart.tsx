import { type CountedRefusalCode, REFUSAL_PHRASES } from "@latchkey/rule/verdicts";
import { Chart } from "@/components/ui/chart";
import type { Look } from "@/components/ui/chart-looks";
import { dayText, figure } from "@/components/usage/figures";
import type { Outcomes } from "@/lib/verification/counts";

const LOOKS: Record<CountedRefusalCode, Look> = {
  RATE_LIMITED: "slashes",
  CREDITS_EXHAUSTED: "dots",
  INSUFFICIENT_PERMISSIONS: "stripes",
  SECRET_MISMATCH: "backslashes",
  EXPIRED: "columns",
  DISABLED: "grid",
  USER_DISABLED: "crosses",
  REVOKED: "empty",
};

/** How the API was answered when it asked about a key, day by day: what was valid at the bottom, refusals by reason on top of it. */
export function OutcomeChart({ outcomes: { days, valid, refusals } }: { outcomes: Outcomes }) {
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  const codes = refusals.map(({ code }) => code);
  return (
    <Chart
      title="Verifications per day"
      total={`${figure(valid)} valid, ${figure(refused)} refused`}
      series={[
        { name: `${figure(valid)} valid`, look: "plain" },
        ...refusals.map(({ code, count }) => ({ name: `${figure(count)} ${REFUSAL_PHRASES[code]}`, look: LOOKS[code] })),
      ]}
      bars={days.map((day) => {
        const of = (code: CountedRefusalCode) => day.refusals[code] ?? 0;
        const reasons = codes.filter((code) => of(code) > 0).map((code) => `${figure(of(code))} ${REFUSAL_PHRASES[code]}`);
        return {
          id: day.date,
          short: dayText(day.date),
          name: dayText(day.date, true),
          lines: [`${figure(day.valid)} valid`, ...(reasons.length > 0 ? reasons : ["0 refused"])],
          values: [day.valid, ...codes.map(of)],
        };
      })}
    />
  );
}
