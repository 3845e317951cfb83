import { Chart } from "@/components/ui/chart";
import type { Totals, UsageDay } from "@/lib/usage/days";
import { DayTable } from "./day-table";
import { count, dayText } from "./figures";

type Props = { days: UsageDay[]; total: Totals };

/** Calls and what they cost, and the same as a table. Where each call cost the same, a second chart would be the first again. */
export function UsageCharts({ days, total }: Props) {
  const isOne = days.every(({ calls, credits }) => calls * total.credits === credits * total.calls);
  return (
    <>
      <div className={`mt-6 grid gap-x-8 gap-y-8 ${isOne ? "" : "lg:grid-cols-2"}`}>
        <CallChart days={days} total={total} isAlone={isOne} />
        {!isOne && <CreditChart days={days} total={total} />}
      </div>
      <DayTable
        caption="Calls and credits per day"
        head={["Calls", "Credits"]}
        days={days.map(({ date, calls, credits }) => ({ date, figures: [calls, credits] }))}
        total={[total.calls, total.credits]}
      />
    </>
  );
}

/** `isAlone`: says the credits too. */
export function CallChart({ days, total, isAlone }: Props & { isAlone: boolean }) {
  const text = isAlone ? `${count(total.calls, "call")} and ${count(total.credits, "credit")}` : count(total.calls, "call");
  return (
    <Chart
      title="Calls per day"
      total={`${text} in all`}
      series={[{ name: "Calls", look: "plain" }]}
      bars={days.map((day) => barOf(day, day.calls))}
    />
  );
}

function CreditChart({ days, total }: Props) {
  return (
    <Chart
      title="Credits per day"
      total={`${count(total.credits, "credit")} in all`}
      series={[{ name: "Credits", look: "plain" }]}
      bars={days.map((day) => barOf(day, day.credits))}
    />
  );
}

function barOf({ date, calls, credits }: UsageDay, value: number) {
  const lines = [count(calls, "call"), count(credits, "credit")];
  return { id: date, short: dayText(date), name: dayText(date, true), lines, values: [value] };
}
