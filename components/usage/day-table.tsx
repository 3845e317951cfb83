import { FigureTable } from "@/components/ui/figure-table";
import { dayText } from "./figures";

type Props = {
  caption: string;
  /** Of the figures. */
  head: readonly string[];
  /** The oldest first. */
  days: readonly { date: string; figures: readonly number[] }[];
  total?: readonly number[];
};

/** The numbers of charts, the newest day first. Closed until asked for. */
export function DayTable({ caption, head, days, total }: Props) {
  return (
    <details className="mt-6">
      <summary className="w-fit rounded-sm py-1 text-ink-muted hover:text-ink">Show the days as a table</summary>
      <FigureTable
        className="mt-3 max-w-2xl"
        caption={caption}
        head={["Day (UTC)", ...head]}
        rows={days.toReversed().map(({ date, figures }) => ({
          id: date,
          name: <time dateTime={date}>{dayText(date, true)}</time>,
          figures,
        }))}
        total={total}
      />
    </details>
  );
}
