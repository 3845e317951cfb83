import type { Found, FuzzOptions, Result } from "./run";

/** What was seen, for people. `isWell`: nothing was found, and all was reached that was to be. */
export function reportOf(
  { seed, counts, found }: Result,
  { sample }: Pick<FuzzOptions, "sample">,
): { text: string; isWell: boolean } {
  const shortcomings = sample === undefined ? counts.shortcomings() : [];
  const text = [
    counts.table(),
    "",
    ...found.map(describeFound),
    ...shortcomings.map((line) => `✗ ${line}`),
    `${counts.total()} requests, seed ${seed}: ${found.length} findings, ${shortcomings.length} shortcomings.`,
  ].join("\n");
  return { text, isWell: found.length === 0 && shortcomings.length === 0 };
}

/** As a paragraph, with what brings it about again. */
export function describeFound({ finding, seed, sample, atRequest }: Found): string {
  return [
    `✗ ${finding.operation}: ${finding.rule}`,
    `  seen: ${finding.seen}`,
    `  at request ${atRequest}; again by: npm run fuzz -- --seed ${seed} --sample ${sample}`,
    ...finding.curls.map((curl) => `    ${curl}`),
  ].join("\n");
}
