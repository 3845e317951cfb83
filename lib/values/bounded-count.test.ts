import { expect, test } from "vitest";
import { countText, toCount } from "./bounded-count";

test.each([
  [0, "0"],
  [9_999, "9,999"],
  [10_000, "10,000"],
  [10_001, "10,000+"],
])("%d that were counted are told as %s", (counted, text) => {
  expect(countText(toCount(counted))).toBe(text);
});
