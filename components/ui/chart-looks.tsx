/** How a series is painted: each by a pattern of its own, so that none is told from another by its colour alone. */
const LOOKS = {
  plain: { base: "fill-accent forced-colors:fill-[CanvasText]", mark: "", path: "" },
  slashes: { base: "fill-warning-soft", mark: "stroke-warning", path: "M-1 7 7-1M-1 1 1-1M5 7 7 5" },
  dots: { base: "fill-warning-soft", mark: "stroke-warning", path: "M1 1.5h2M4 4.5h2" },
  stripes: { base: "fill-danger-soft", mark: "stroke-danger", path: "M0 1h6M0 4h6" },
  backslashes: { base: "fill-danger-soft", mark: "stroke-danger", path: "M-1-1 7 7M5-1 7 1M-1 5 1 7" },
  columns: { base: "fill-sunken", mark: "stroke-ink-muted", path: "M1.5 0v6M4.5 0v6" },
  grid: { base: "fill-sunken", mark: "stroke-ink-muted", path: "M0 3h6M3 0v6" },
  crosses: { base: "fill-sunken", mark: "stroke-ink", path: "M0 0 6 6M6 0 0 6" },
  empty: { base: "fill-canvas", mark: "", path: "" },
} as const;

export type Look = keyof typeof LOOKS;

/** The definitions that `paintOf` refers to. */
export function ChartPatterns({ looks, id }: { looks: readonly Look[]; id: string }) {
  return (
    <defs>
      {looks.map((look) => {
        const { base, mark, path } = LOOKS[look];
        if (!mark) return null;
        return (
          <pattern key={look} id={`${id}-${look}`} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect width="6" height="6" className={`${base} forced-colors:fill-[Canvas]`} />
            <path d={path} className={`fill-none ${mark} forced-colors:stroke-[CanvasText]`} strokeWidth="1.5" />
          </pattern>
        );
      })}
    </defs>
  );
}

/** @param id of the chart whose patterns they are */
export function paintOf(look: Look, id: string) {
  const { base, mark } = LOOKS[look];
  if (look === "plain") return { className: base };
  const edge = `${mark || "stroke-ink"} forced-colors:stroke-[CanvasText]`;
  return mark ? { fill: `url(#${id}-${look})`, className: edge } : { className: `${base} ${edge}` };
}

type LegendProps = { series: readonly { name: string; look: Look }[]; id: string };

export function ChartLegend({ series, id }: LegendProps) {
  return (
    <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-ink-muted tabular-nums">
      {series.map(({ name, look }) => (
        <li key={look} className="flex items-center gap-1.5">
          <svg aria-hidden="true" width="14" height="14" className="shrink-0">
            <rect x="0.5" y="0.5" width="13" height="13" {...paintOf(look, id)} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
