const ROUND = [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10];

/** The end of an axis that shows whole numbers up to `highest`: a round number whose half is whole. */
export function axisTop(highest: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(highest, 1)));
  const ends = ROUND.map((part) => Math.round(part * size * 10) / 10).filter((end) => Number.isInteger(end / 2));
  return ends.find((end) => end >= highest) ?? 10 * size;
}
