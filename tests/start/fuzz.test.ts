import { expect, test } from "vitest";
import { reportOf } from "../../scripts/fuzz/report";
import { fuzz } from "../../scripts/fuzz/run";
import { inWorld } from "../../scripts/fuzz/world";

// `npm run fuzz` sends as many as one likes, each time others; these are always the same. Which planted faults so few find is told
// by `npm run fuzz -- 1300 --seed 10000 --plants`: all five when this was written, the rarest by request 1,160 to 1,180.
const QUICK = { requests: 1_300, seed: 10_000 };

test("whatever is sent, each operation answers as the reference says, shows no credential, and changes nobody else's rows", async () => {
  const report = reportOf(await inWorld((world) => fuzz(world, QUICK)), {});
  expect(report.isWell, report.text).toBe(true);
}, 300_000);
