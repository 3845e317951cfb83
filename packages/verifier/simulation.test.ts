import { expect, test } from "vitest";
import { PLANTS, simulate } from "./simulation";

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

test.each(PLANTS)("with a fault that is there on purpose, something does not hold: %s", async (plant) => {
  let problem: string | null = null;
  for (let seed = 1; seed <= 200 && problem === null; seed += 1) problem = (await simulate(seed, 200, plant)).problem;
  expect(problem).not.toBeNull();
});
