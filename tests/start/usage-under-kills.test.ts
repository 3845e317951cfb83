import { expect, test } from "vitest";
import { costOf, reportUnderFaults } from "../support/faults";

// `npm run soak` does it with a hundred thousand.
test("4,000 calls, 30 % of them repeated and shuffled, while the server is killed again and again: charged once each", async () => {
  const count = 4_000;
  const result = await reportUnderFaults(count);
  expect(result.kills).toBeGreaterThanOrEqual(5);
  expect(result.sent).toBeGreaterThanOrEqual(1.3 * count);
  const charged = costOf(count);
  expect(result).toMatchObject({ events: count, calls: count, dayCalls: count, charged, balance: -charged, ledger: -charged });
}, 600_000);
