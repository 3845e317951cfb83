import { expect, test } from "vitest";
import { figuresOf, quantile, type Seen } from "./figures";

const verify = (caller: string, began: number, ended: number, outcome: Seen["outcome"] = "answered"): Seen => ({
  what: "verify",
  caller,
  began,
  ended,
  outcome,
});

test("refusals count for as long as the database could have answered, what several callers share counts once", () => {
  const seen = [
    verify("a", 0, 10),
    verify("a", 1_000, 2_000, "refused"),
    verify("a", 2_100, 3_000, "refused"),
    verify("a", 3_000, 3_010),
    verify("b", 1_500, 2_500, "refused"),
    verify("b", 2_500, 2_600),
  ];
  expect(figuresOf(seen, { weatherAt: 500, away: [] })).toStrictEqual({
    answered: 3,
    refused: 3,
    refusedSeconds: 2,
    hung: 0,
    recoverySeconds: 2.51,
  });
});

test("what is refused while the database is away counts from its return, as does the time to recover", () => {
  const seen = [verify("a", 1_000, 1_500, "refused"), verify("a", 1_500, 4_000, "refused"), verify("a", 4_000, 4_100)];
  expect(figuresOf(seen, { weatherAt: 900, away: [{ from: 900, to: 3_000 }] })).toStrictEqual({
    answered: 1,
    refused: 1,
    refusedSeconds: 1,
    hung: 0,
    recoverySeconds: 1.1,
  });
});

test("a caller that is never answered again never recovers, and reports that hang are told of", () => {
  const seen = [
    verify("a", 0, 15_000, "hung"),
    verify("b", 0, 10),
    { ...verify("c", 0, 15_000, "hung"), what: "usage" as const },
  ];
  expect(figuresOf(seen, { weatherAt: 0, away: [] })).toMatchObject({
    hung: 2,
    refused: 0,
    refusedSeconds: 15,
    recoverySeconds: null,
  });
});

test("without a failure nothing was to recover from", () => {
  expect(figuresOf([verify("a", 0, 10)], { weatherAt: 5, away: [] })).toMatchObject({ refusedSeconds: 0, recoverySeconds: 0 });
});

test("a quantile is of what was answered", () => {
  const seen = [...Array.from({ length: 100 }, (_, ms) => verify("a", 0, ms)), verify("a", 0, 9_999, "refused")];
  expect(quantile(seen, 0.99)).toBe(99);
  expect(quantile(seen, 0.5)).toBe(50);
});
