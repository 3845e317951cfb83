/**
 * Which transactions a reader has seen: PostgreSQL's `pg_snapshot`, as text. All before `xmin` had ended, none from `xmax` on
 * had begun, and in between those in `running` had not ended.
 */
export type Cursor = { xmin: bigint; xmax: bigint; running: ReadonlySet<bigint> };

/** Of thousands of open writers. */
export const MAX_CURSOR_LENGTH = 64 * 1024;

const FORM = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20},)*\d{1,20})?$/;
const MAX_XID = 2n ** 64n - 1n;

/** Null for what PostgreSQL would not read either. */
export function parseCursor(text: string): Cursor | null {
  if (text.length > MAX_CURSOR_LENGTH) return null;
  const found = FORM.exec(text);
  if (!found) return null;
  const [, first = "", last = "", list] = found;
  const [xmin, xmax] = [BigInt(first), BigInt(last)];
  if (xmin === 0n || xmin > xmax || xmax > MAX_XID) return null;
  const running = list === undefined ? [] : list.split(",").map(BigInt);
  const isInOrder = running.every((xid, index) => xid >= xmin && xid < xmax && xid > (running[index - 1] ?? 0n));
  return isInOrder ? { xmin, xmax, running: new Set(running) } : null;
}

/** Whether the transaction had ended. */
export function isVisible({ xmin, xmax, running }: Cursor, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !running.has(xid));
}

/** Whether every transaction that is visible in the other is visible in this one: who has read this far has read that far. */
export function covers(cursor: Cursor, other: Cursor): boolean {
  for (const xid of cursor.running) if (isVisible(other, xid)) return false;
  // What this one has not begun, the other must have running, every one.
  const gap = other.xmax - cursor.xmax;
  if (gap <= 0n) return true;
  if (gap > other.running.size) return false;
  let unseen = 0n;
  for (const xid of other.running) if (xid >= cursor.xmax) unseen += 1n;
  return unseen === gap;
}

/** The present cursor, or the next one where that has read at least as far. */
export function laterOf(present: Cursor, next: Cursor): Cursor {
  return covers(next, present) ? next : present;
}
