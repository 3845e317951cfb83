import { expect, test } from "vitest";
import { paceOf } from "./report";
import { usageSearchSchema } from "./schemas";

test.each([
  [1000, 560, 12],
  [1000, 7000, 1],
  [999, 7000, 0],
  [0, 7, 0],
  [-500, 7, 0],
])("%i credits, with %i spent in seven days, last %i full days", (balance, credits, daysLeft) => {
  expect(paceOf(balance, { calls: 3, credits })).toStrictEqual({
    calls: 3,
    credits,
    days: 7,
    creditsPerDay: credits / 7,
    daysLeft,
  });
});

test("where nothing is spent there is no end", () => {
  expect(paceOf(1000, { calls: 5, credits: 0 }).daysLeft).toBeNull();
});

const KEY = "0b0e6d5c-3f5a-4c58-9d1e-2f6a7b8c9d0e";

test.each([
  [{}, { days: 30, key: null }],
  [
    { days: "7", key: KEY },
    { days: 7, key: KEY },
  ],
  [
    { days: "90", key: KEY.toUpperCase() },
    { days: 90, key: KEY },
  ],
  [
    { days: "31", key: "mine" },
    { days: 30, key: null },
  ],
  [
    { days: ["7", "90"], key: [KEY, KEY] },
    { days: 30, key: null },
  ],
  [
    { days: "7e0", key: "" },
    { days: 30, key: null },
  ],
])("the address %j asks for %j", (address, search) => {
  expect(usageSearchSchema.parse(address)).toStrictEqual(search);
});
