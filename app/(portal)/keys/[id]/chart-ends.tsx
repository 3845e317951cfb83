import { dayText } from "@/components/usage/figures";

/** The first day and the last, below the ends of a chart. */
export function ChartEnds({ days }: { days: readonly { date: string }[] }) {
  return (
    <p aria-hidden="true" className="mt-1 flex justify-between text-ink-muted text-xs">
      <span>{dayText(days[0]?.date ?? "")}</span>
      <span>{dayText(days.at(-1)?.date ?? "")}</span>
    </p>
  );
}
