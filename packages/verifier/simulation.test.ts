import { expect, test } from "vitest";
import { type Plant, simulate } from "./simulation";

test("nothing is accepted too late, nothing goes back, and no receipt is of what was not applied: 200 bad days", async () => {
  let [accepted, ready] = [0, 0];
  for (let seed = 1; seed <= 200; seed += 1) {
    const outcome = await simulate(seed);
    expect(outcome.problem, `seed ${seed}`).toBeNull();
    accepted += outcome.accepted;
    ready += outcome.readySteps;
  }
  // Days on which nothing worked would show nothing.
  expect(accepted).toBeGreaterThan(20_000);
  expect(ready).toBeGreaterThan(200 * 200 * 0.4);
});

test("the same seed is the same day", async () => {
  expect(await simulate(7)).toStrictEqual(await simulate(7));
});

/** Each finds a fault that is there on purpose. */
const FOUND_BY: Record<Plant, [seed: number, as: RegExp]> = {
  "cached-clock": [2, /^at \d+ ms: accepted \d+ ms after it ended$/],
  "seq-cursor": [1, /a receipt of what was not applied/],
  "freshness-first": [2, /accepted \d+ ms after it ended/],
  "early-receipt": [1, /a receipt of what was not applied/],
  "unsigned-line": [4, /accepted \d+ ms after it ended/],
  "backward-theta": [46, /accepted \d+ ms after it ended/],
};
test.each(Object.entries(FOUND_BY) as [Plant, [number, RegExp]][])("%s is found", async (plant, [seed, as]) => {
  expect((await simulate(seed, 200, plant)).problem).toMatch(as);
});
