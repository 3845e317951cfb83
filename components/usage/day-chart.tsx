import type { UsageDay } from "@/lib/usage/days";
import { count, dayText, shortFigure, type Unit } from "./figures";

const HEIGHT = 100;
const STEP = 10;

/** Calls stand for what was done and take the accent; credits follow from them. */
const LOOKS = {
  call: { title: "Calls", pick: (day: UsageDay) => day.calls, bar: "fill-accent group-hover/day:fill-accent-strong" },
  credit: { title: "Credits", pick: (day: UsageDay) => day.credits, bar: "fill-line-strong group-hover/day:fill-ink" },
};

/**
 * A bar a day. A picture with its total in words; the table below it says the rest to those who do not point at bars.
 * The text stands beside the drawing, because the drawing is stretched to its place.
 */
export function DayChart({ unit, days, total }: { unit: Unit; days: UsageDay[]; total: number }) {
  const { title, pick, bar } = LOOKS[unit];
  const top = axisTop(Math.max(...days.map(pick)));
  const gap = days.length > 30 ? 2 : 3;
  return (
    <figure aria-label={`${title} per day`} className="min-w-0">
      <figcaption className="flex items-baseline justify-between gap-3">
        <h2 className="font-medium text-lg">{title} per day</h2>
        <span className="text-ink-muted tabular-nums">{count(total, unit)} in all</span>
      </figcaption>
      <div className="mt-4 flex gap-2">
        <div className="relative h-40 min-w-0 grow">
          <svg
            viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${count(total, unit)} in ${days.length} days. The numbers of each day are in the table below.`}
            className="absolute inset-0 size-full"
          >
            {[0, 0.5, 1].map((part) => (
              <path
                key={part}
                d={`M0 ${part * HEIGHT}H${days.length * STEP}`}
                vectorEffect="non-scaling-stroke"
                className="stroke-line"
              />
            ))}
            {days.map((day, index) => {
              // A single call among thousands still shows.
              const height = pick(day) === 0 ? 0 : Math.max((pick(day) / top) * HEIGHT, 1.5);
              return (
                <g key={day.date} className="group/day">
                  <title>{`${dayText(day.date, true)}: ${count(pick(day), unit)}`}</title>
                  <rect x={index * STEP} width={STEP} height={HEIGHT} className="fill-transparent" />
                  <rect x={index * STEP + gap / 2} y={HEIGHT - height} width={STEP - gap} height={height} className={bar} />
                </g>
              );
            })}
          </svg>
        </div>
        <div aria-hidden="true" className="-my-2 flex w-8 shrink-0 flex-col justify-between text-ink-faint text-xs tabular-nums">
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{shortFigure(value)}</span>
          ))}
        </div>
      </div>
      <div aria-hidden="true" className="mt-2 mr-10 flex justify-between text-ink-faint text-xs">
        {[0, Math.floor(days.length / 2), days.length - 1].map((index) => (
          <span key={index}>{dayText(days[index]?.date ?? "")}</span>
        ))}
      </div>
    </figure>
  );
}

/** The end of the axis: a round number whose half is whole. */
function axisTop(highest: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(highest, 1)));
  const ends = [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10].map((part) => part * size).filter((end) => Number.isInteger(end / 2));
  return ends.find((end) => end >= highest) ?? 10 * size;
}
