import { ensureBuilt } from "./build";
import { Failure } from "./failure";

const COUNT = 100_000;

/** `soak`: the fault test of `npm test` with 25 times the events. */
export async function main(): Promise<void> {
  await ensureBuilt();
  const { costOf, reportUnderFaults } = await import("../tests/support/faults");
  const startedAt = performance.now();
  const result = await reportUnderFaults(COUNT);
  console.log(JSON.stringify({ ...result, seconds: Math.round((performance.now() - startedAt) / 1000) }, null, 2));
  const charged = costOf(COUNT);
  const isExact = result.events === COUNT && result.calls === COUNT && result.dayCalls === COUNT && result.charged === charged;
  if (!isExact || result.balance !== -charged || result.ledger !== -charged)
    throw new Failure("The numbers differ: calls were lost or counted twice.");
  console.log("Every call was counted exactly once.");
  process.exit(0);
}
