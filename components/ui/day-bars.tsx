const WIDTH = 600;
const HEIGHT = 96;

type Props = { days: readonly { date: string; value: number }[]; label: string };

/** A bar for each day. Says its label to those who do not see it; the numbers stand in a table beside it. */
export function DayBars({ days, label }: Props) {
  const highest = Math.max(...days.map(({ value }) => value), 1);
  const step = WIDTH / days.length;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="block h-24 w-full border-line border-b"
    >
      {days.map(({ date, value }, index) => {
        const height = value === 0 ? 0 : Math.max((value / highest) * HEIGHT, 2);
        return (
          <rect key={date} x={index * step + 2} y={HEIGHT - height} width={step - 4} height={height} className="fill-accent" />
        );
      })}
    </svg>
  );
}
