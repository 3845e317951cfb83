import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { expect, test } from "vitest";
import { describeInput, type NewKey } from "./create";

const INPUT: NewKey = {
  ...DEFAULT_LIMITS,
  idempotencyKey: "order 1",
  expiresAt: new Date("2027-01-01T00:00:00Z"),
  format: "mf_live",
  permissions: { sms: ["send"] },
  name: "Production",
};

test("A repeated request says what earlier versions stored the hash of", () => {
  expect(describeInput(INPUT)).toBe('["mf_live","Production",{"sms":["send"]},"2027-01-01T00:00:00.000Z"]');
  expect(describeInput({ ...INPUT, idempotencyKey: "order 2" })).toBe(describeInput(INPUT));
});

test("Whatever else a request says makes it another one", () => {
  const said = [INPUT, { ...INPUT, later: "a" }, { ...INPUT, later: "b" }, { ...INPUT, name: "b" }].map(describeInput);
  expect(new Set(said).size).toBe(said.length);
  expect(describeInput({ ...INPUT, later: null } as NewKey)).toBe(describeInput(INPUT));
});
