import type { Step } from "./step";

/**
 * The same failure with less: without each step, and without each mutation, that it does not need. Generic shrinking changes
 * values long before it finds out that most steps have nothing to do with it.
 * @param fails what is seen when these steps are taken anew; null when that is something else, or nothing
 */
export async function shrink<Seen>(
  steps: readonly Step[],
  seen: Seen,
  fails: (steps: Step[]) => Promise<Seen | null>,
): Promise<Seen> {
  let [smallest, last] = [[...steps], seen];
  const attempt = async (smaller: Step[]) => {
    const again = await fails(smaller);
    if (again !== null) [smallest, last] = [smaller, again];
  };
  for (let at = steps.length - 1; at >= 0; at -= 1) await attempt(smallest.filter((_, index) => index !== at));
  for (let at = smallest.length - 1; at >= 0; at -= 1)
    for (const mutation of smallest[at]?.mutations ?? [])
      await attempt(
        smallest.map((step, index) =>
          index === at ? { ...step, mutations: step.mutations.filter((other) => other !== mutation) } : step,
        ),
      );
  return last;
}
