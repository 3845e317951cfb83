const WIDTH = 600;
const HEIGHT = 96;

type Props = {
  /** The values of a day stand on top of each other, the first at the bottom; its title shows where the pointer is. */
  days: readonly { date: string; values: readonly number[]; title: string }[];
  /** A class for each value's place. */
  fills: readonly string[];
  label: string;
};

/** A bar for each day. Says its label to those who do not see it; the numbers stand in a table beside it. */
export function DayBars({ days, fills, label }: Props) {
  const highest = Math.max(...days.map(({ values }) => sum(values)), 1);
  const step = WIDTH / days.length;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="block h-24 w-full border-line border-b"
    >
      {days.map(({ date, values, title }, index) => {
        // A single call among thousands still shows.
        const heights = values.map((value) => (value === 0 ? 0 : Math.max((value / highest) * HEIGHT, 2)));
        return (
          <g key={date}>
            <title>{title}</title>
            <rect x={index * step} width={step} height={HEIGHT} className="fill-transparent" />
            {fills.map((fill, place) => {
              const top = Math.max(HEIGHT - sum(heights.slice(0, place + 1)), 0);
              return (
                <rect key={fill} x={index * step + 2} y={top} width={step - 4} height={heights[place] ?? 0} className={fill} />
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
