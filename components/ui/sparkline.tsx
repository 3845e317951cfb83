const HEIGHT = 20;
const STEP = 4;
const BAR = 3;

/** Bars side by side, against `top`. A picture only: whoever shows it says the same, and what `top` is, in words beside it. */
export function Sparkline({ values, top }: { values: readonly number[]; top: number }) {
  const bars = values.map((value, index) => {
    // A single call among thousands still shows.
    const height = value === 0 ? 0 : Math.max((value / top) * (HEIGHT - 1), 2);
    return height === 0 ? "" : `M${index * STEP + BAR / 2} ${HEIGHT - 1}v-${height.toFixed(1)}`;
  });
  const width = values.length * STEP - (STEP - BAR);
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true" className="block max-w-full">
      <path d={`M0 ${HEIGHT - 0.5}H${width}`} className="stroke-line" />
      <path d={bars.join("")} strokeWidth={BAR} className="stroke-accent forced-colors:stroke-[CanvasText]" />
    </svg>
  );
}
