import fc from "fast-check";
import { expect, test } from "vitest";
import { fillGaps } from "./days";

const day = (date: string, calls = 1) => ({ date, calls, credits: calls * 2 });

test("gaps between days of use are filled with zeros, oldest first, up to today", () => {
  const today = new Date("2024-03-01T23:59:59.999Z");
  expect(fillGaps([day("2024-03-01", 3), day("2024-02-28", 5)], today, 4)).toStrictEqual([
    { date: "2024-02-27", calls: 0, credits: 0 },
    { date: "2024-02-28", calls: 5, credits: 10 },
    { date: "2024-02-29", calls: 0, credits: 0 },
    { date: "2024-03-01", calls: 3, credits: 6 },
  ]);
});

test("days outside the range are left out", () => {
  const today = new Date("2026-01-01T00:00:00.000Z");
  expect(fillGaps([day("2025-12-30"), day("2026-01-02")], today, 2)).toStrictEqual([
    { date: "2025-12-31", calls: 0, credits: 0 },
    { date: "2026-01-01", calls: 0, credits: 0 },
  ]);
});

test("there is one entry a day, whatever the day and the number", () => {
  const dates = fc.date({ min: new Date("1971-01-01"), max: new Date("2999-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(dates, fc.integer({ min: 1, max: 400 }), (today, count) => {
      const filled = fillGaps([], today, count).map(({ date }) => Date.parse(date));
      expect(filled).toHaveLength(count);
      expect(new Date(filled.at(-1) ?? 0).toISOString().slice(0, 10)).toBe(today.toISOString().slice(0, 10));
      for (let index = 1; index < count; index += 1) expect((filled[index] ?? 0) - (filled[index - 1] ?? 0)).toBe(86_400_000);
    }),
  );
});
