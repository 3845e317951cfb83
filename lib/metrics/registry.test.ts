import { expect, test, vi } from "vitest";
import { counter, reading, registry } from "./registry";

test("Copies of a module that are bundled apart count together, and what they hold is summed", async () => {
  counter("latchkey_trial_total", "Of this test.", ["outcome"]).inc({ outcome: "one" });
  reading("latchkey_trial_waiting", "Of this test.", () => 2);

  vi.resetModules();
  const copy = await import("./registry");
  expect(copy.counter).not.toBe(counter);
  copy.counter("latchkey_trial_total", "Of this test.", ["outcome"]).inc({ outcome: "one" });
  copy.reading("latchkey_trial_waiting", "Of this test.", () => 5);

  const text = await registry.metrics();
  expect(text).toContain('latchkey_trial_total{outcome="one"} 2\n');
  expect(text).toContain("latchkey_trial_waiting 7\n");
});
