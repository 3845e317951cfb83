import fc from "fast-check";
import { expect, test } from "vitest";
import { axisTop } from "./axis";

test.each([
  [0, 2],
  [1, 2],
  [3, 4],
  [9, 10],
  [11, 12],
  [101, 120],
  [1234, 1600],
  [999_999, 1_000_000],
])("the axis of %d ends at %d", (highest, end) => {
  expect(axisTop(highest)).toBe(end);
});

test("an axis ends at a round number that is high enough and no more than twice as high", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1_000_000_000_000 }), (highest) => {
      const end = axisTop(highest);
      expect(end).toBeGreaterThanOrEqual(highest);
      expect(end).toBeLessThanOrEqual(2 * highest);
      expect(Number.isInteger(end / 2)).toBe(true);
    }),
  );
});
