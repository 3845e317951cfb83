/** Lists count exactly up to here, so that no count reads a whole table. */
export const MAX_COUNTED = 10_000;

/** `isMore`: there are more than `value`, which nobody counted. */
export type Count = { value: number; isMore: boolean };

/** Of what was counted up to one more than that. */
export function toCount(counted: number): Count {
  return { value: Math.min(counted, MAX_COUNTED), isMore: counted > MAX_COUNTED };
}

/** "1,234", or "10,000+". */
export function countText({ value, isMore }: Count): string {
  return `${value.toLocaleString("en-GB")}${isMore ? "+" : ""}`;
}

/** How many rows there are of what follows SELECT: an expression that stops to count when it knows that there are too many. */
export function boundedCount(rows: string): string {
  return `(SELECT count(*) FROM (SELECT ${rows} LIMIT ${MAX_COUNTED + 1}) counted)`;
}
