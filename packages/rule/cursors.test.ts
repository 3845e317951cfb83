import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cursor, covers, isVisible, laterOf, MAX_CURSOR_LENGTH, parseCursor } from "./cursors";

const parse = (text: string): Cursor => {
  const cursor = parseCursor(text);
  if (!cursor) throw new Error(`"${text}" is no cursor.`);
  return cursor;
};

describe("A cursor is read", () => {
  test.each(["1:1:", "10:20:", "10:20:10", "10:20:10,12,19", "10:18446744073709551615:10"])("%s", (text) => {
    const { xmin, xmax, running } = parse(text);
    expect(`${xmin}:${xmax}:${[...running].join()}`).toBe(text);
  });

  test.each([
    "",
    "10:20",
    "0:20:",
    "20:10:",
    "10:20:9",
    "10:20:20",
    "10:20:12,11",
    "10:20:11,11",
    "10:20:11,",
    "10:20:,11",
    " 10:20:",
    "10:20:\n",
    "-1:20:",
    "1e1:20:",
    "0x1:20:",
    "10:18446744073709551616:",
    `1:${"9".repeat(21)}:`,
    `1:9:${"1,".repeat(MAX_CURSOR_LENGTH)}1`,
  ])("and nothing is that PostgreSQL would not read: %j", (text) => {
    expect(parseCursor(text)).toBeNull();
  });
});

const TOP = 24;
/** Snapshots of a few transactions, so that all of them can be asked about. */
const cursors = fc
  .tuple(fc.integer({ min: 1, max: TOP }), fc.array(fc.integer({ min: 1, max: TOP - 1 }), { maxLength: TOP }))
  .map(([xmax, open]) => {
    const running = [...new Set(open)].filter((xid) => xid < xmax).sort((left, right) => left - right);
    return parse(`${running[0] ?? xmax}:${xmax}:${running.join()}`);
  });
const XIDS = Array.from({ length: TOP + 4 }, (_, index) => BigInt(index + 1));
const seenIn = (cursor: Cursor) => XIDS.filter((xid) => isVisible(cursor, xid));

describe("A cursor", () => {
  test("covers another exactly where it has seen all that the other has", () => {
    fc.assert(
      fc.property(cursors, cursors, (one, other) => {
        expect(covers(one, other)).toBe(seenIn(other).every((xid) => isVisible(one, xid)));
        expect(covers(one, one)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test("never moves to one that has seen less", () => {
    fc.assert(
      fc.property(cursors, cursors, (present, next) => {
        const then = laterOf(present, next);
        expect(seenIn(present).every((xid) => isVisible(then, xid))).toBe(true);
        expect([present, next]).toContain(then);
      }),
    );
  });

  test("of the database does not cost what lies between two of them", () => {
    const far = parse("18000000000000000000:18000000000000000000:");
    expect([covers(parse("1:1:"), far), covers(far, parse("1:1:"))]).toStrictEqual([false, true]);
  });
});
