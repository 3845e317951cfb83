import { expect, test } from "vitest";
import type { Mutation } from "./mutation";
import { shrink } from "./shrink";
import type { Step } from "./step";

const mutation = (kind: string): Mutation => ({ kind, where: 0, what: 0 });
const step = (pick: number, ...kinds: string[]) => ({ pick, mutations: kinds.map(mutation) }) as Step;

test("what is left is what the failure needs, in its order", async () => {
  const steps = [step(1), step(2, "twice", "chunked"), step(3), step(4, "slashes"), step(5)];
  const smallest = await shrink(steps, steps, async (tried) => {
    const [first, second] = tried.filter(({ pick }) => pick === 2 || pick === 4);
    return first?.mutations.some(({ kind }) => kind === "chunked") && second?.pick === 4 ? tried : null;
  });
  expect(smallest).toStrictEqual([step(2, "chunked"), step(4)]);
});

test("what cannot be seen again stays as it was", async () => {
  expect(await shrink([step(1), step(2)], "seen", async () => null)).toBe("seen");
});
