import { createHash } from "node:crypto";
import { DEFAULT_LIMITS } from "@latchkey/rule/limits";
import { expect, test } from "vitest";
import { idempotencyHashes, type NewKey } from "./create";

const INPUT: NewKey = {
  ...DEFAULT_LIMITS,
  idempotencyKey: "order 1",
  expiresAt: new Date("2027-01-01T00:00:00Z"),
  format: "mf_live",
  permissions: { sms: ["send"] },
  name: "Production",
};
const inputHash = (input: NewKey) => idempotencyHashes(input)?.input.toString("hex");

test("A repeated request has the hash that earlier versions stored", () => {
  const stored = '["mf_live","Production",{"sms":["send"]},"2027-01-01T00:00:00.000Z"]';
  expect(inputHash(INPUT)).toBe(createHash("sha256").update(stored).digest("hex"));
  expect(inputHash({ ...INPUT, idempotencyKey: "order 2" })).toBe(inputHash(INPUT));
  expect(idempotencyHashes({ ...INPUT, idempotencyKey: null })).toBeNull();
});

test("Whatever else a request says makes it another one", () => {
  const hashes = [INPUT, { ...INPUT, later: "a" }, { ...INPUT, later: "b" }, { ...INPUT, name: "b" }].map(inputHash);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(inputHash({ ...INPUT, later: null } as NewKey)).toBe(inputHash(INPUT));
});
