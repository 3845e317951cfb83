import { useId } from "react";
import { axisTop } from "@/lib/values/axis";
import { ChartLegend, ChartPatterns, type Look, paintOf } from "./chart-looks";

export type Series = { /** Of the legend, with its total: "9 after it expired". */ name: string; look: Look };

type Bar = {
  id: string;
  /** Below the axis: "22 Nov". */
  short: string;
  /** What a reader of this bar is told: "Sun 22 Nov", and then a line for each number. */
  name: string;
  lines: readonly string[];
  /** One for each series: they stand on top of each other, the first at the bottom. */
  values: readonly number[];
};

type Props = { title: string; total: string; series: readonly Series[]; bars: readonly Bar[] };

/**
 * Bars with an axis. Each bar is a choice of one group, so that pointing, touching, arrow keys and screen readers all come to its
 * numbers, without scripts too. The text stands beside the drawing, which is as wide as its place.
 */
export function Chart({ title, total, series, bars }: Props) {
  const id = useId();
  const top = axisTop(Math.max(0, ...bars.map(({ values }) => sum(values))));
  return (
    <figure aria-label={title} className="min-w-0">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium text-lg">{title}</span>
        <span className="text-ink-muted tabular-nums">{total}</span>
      </figcaption>
      <div className="mt-4 flex gap-2">
        <fieldset className="group/plot relative h-40 min-w-0 grow">
          <legend className="sr-only">{title}</legend>
          <svg aria-hidden="true" className="absolute inset-0 size-full" shapeRendering="crispEdges">
            <ChartPatterns looks={series.map(({ look }) => look)} id={id} />
            {["0", "50%"].map((y) => (
              <rect key={y} y={y} width="100%" height="1" className="fill-line forced-colors:fill-[GrayText]" />
            ))}
            {bars.map((bar, place) => (
              <Stack key={bar.id} bar={bar} place={place} count={bars.length} top={top} series={series} id={id} />
            ))}
            <rect y="100%" width="100%" height="1" transform="translate(0 -1)" className="fill-line-strong" />
          </svg>
          <div className="absolute inset-0 flex">
            {bars.map((bar, place) => (
              <Choice key={bar.id} bar={bar} group={`${id}-bar`} isEarly={place < bars.length / 2} />
            ))}
          </div>
        </fieldset>
        <div aria-hidden="true" className="-my-2 flex w-8 shrink-0 flex-col justify-between text-ink-faint text-xs tabular-nums">
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{compact.format(value)}</span>
          ))}
        </div>
      </div>
      <div aria-hidden="true" className="mt-2 mr-10 flex justify-between text-ink-faint text-xs">
        {[0, Math.floor(bars.length / 2), bars.length - 1].map((place) => (
          <span key={place}>{bars[place]?.short}</span>
        ))}
      </div>
      {series.length > 1 && <ChartLegend series={series} id={id} />}
    </figure>
  );
}

type StackProps = Pick<Props, "series"> & { bar: Bar; place: number; count: number; top: number; id: string };

/** Places and lengths in parts of a hundred: patterns keep their form however wide the drawing is. */
function Stack({ bar, place, count, top, series, id }: StackProps) {
  const step = 100 / count;
  // A single call among thousands still shows.
  const heights = bar.values.map((value) => (value === 0 ? 0 : Math.max((value / top) * 100, 1.5)));
  return series.map(({ look }, index) => {
    const height = heights[index] ?? 0;
    if (height === 0) return null;
    const until = Math.min(sum(heights.slice(0, index + 1)), 100);
    return (
      <rect
        key={look}
        x={percent(place * step + step * 0.15)}
        y={percent(100 - until)}
        width={percent(step * 0.7)}
        height={percent(height)}
        {...paintOf(look, id)}
      />
    );
  });
}

function Choice({ bar: { name, lines }, group, isEarly }: { bar: Bar; group: string; isEarly: boolean }) {
  return (
    <label className="group/day relative flex-1 hover:bg-ink/8 has-checked:bg-ink/8 has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <input type="radio" name={group} aria-label={`${name}: ${lines.join(", ")}`} className="peer sr-only" />
      <span
        aria-hidden="true"
        className={`pointer-events-none absolute top-1 z-10 hidden w-max max-w-32 rounded-md border border-line-strong bg-canvas px-2.5 py-1.5 text-sm tabular-nums shadow-overlay peer-checked:block peer-focus-visible:block group-hover/plot:peer-checked:hidden group-hover/day:block! sm:max-w-60 ${isEarly ? "left-full ml-1" : "right-full mr-1"}`}
      >
        <span className="block font-medium">{name}</span>
        {lines.map((line) => (
          <span key={line} className="block text-ink-muted">
            {line}
          </span>
        ))}
      </span>
    </label>
  );
}

const compact = new Intl.NumberFormat("en-GB", { notation: "compact" });

function percent(part: number): string {
  return `${Number(part.toFixed(2))}%`;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
