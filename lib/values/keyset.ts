export type Direction = "older" | "newer";

/**
 * A page out of what a query beside a place found, which looked for one row more than the page holds. `isPlaced`: the
 * query began beside a row of another page, and not at the beginning or the end of the list. `newer` and `older` are the rows beside which the next queries begin.
 */
export function pageOf<Row>(found: readonly Row[], size: number, direction: Direction, isPlaced: boolean) {
  const isMore = found.length > size;
  const isDown = direction === "older";
  const rows = isDown ? found.slice(0, size) : found.slice(-size);
  return {
    rows,
    newer: ((isDown ? isPlaced : isMore) && rows[0]) || null,
    older: ((isDown ? isMore : isPlaced) && rows.at(-1)) || null,
  };
}
