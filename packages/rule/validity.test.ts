import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyStatus } from "./status";
import { checkKey, type KeyFacts, type Question } from "./validity";

const NOW = new Date("2026-06-01T12:00:00.000Z");
const before = new Date(NOW.getTime() - 1);
const after = new Date(NOW.getTime() + 1);

const key: KeyFacts = {
  expiresAt: null,
  revokedAt: null,
  disabledAt: null,
  deletedAt: null,
  permissions: ["read"],
  replacedUntil: null,
  owner: { banned: false, credits: 10 },
};
const question: Question = { now: NOW, secretMatches: null, permission: null, cost: 1 };

/** Everything that can be wrong with a key, in the order in which it is told. */
const FAULTS: { code: string; key?: Partial<KeyFacts>; question?: Partial<Question> }[] = [
  { code: "NOT_FOUND", key: { deletedAt: before } },
  { code: "NOT_FOUND", key: { replacedUntil: before } },
  { code: "REVOKED", key: { revokedAt: before } },
  { code: "EXPIRED", key: { expiresAt: before } },
  { code: "DISABLED", key: { disabledAt: before } },
  { code: "USER_DISABLED", key: { owner: { banned: true, credits: 10 } } },
  { code: "SECRET_MISMATCH", question: { secretMatches: false } },
  { code: "INSUFFICIENT_PERMISSIONS", question: { permission: "write" } },
  { code: "CREDITS_EXHAUSTED", question: { cost: 11 } },
];

describe("A key", () => {
  test("is valid when nothing is wrong, with and without a matching secret and a granted permission", () => {
    expect(checkKey(key, question)).toBe("VALID");
    expect(checkKey(key, { ...question, secretMatches: true, permission: "read", cost: 10 })).toBe("VALID");
  });

  test("is not found when there is none", () => {
    expect(checkKey(null, question)).toBe("NOT_FOUND");
  });

  test.each(FAULTS)("with one fault is $code", (fault) => {
    expect(checkKey({ ...key, ...fault.key }, { ...question, ...fault.question })).toBe(fault.code);
  });

  test("with several faults is told the first of them", () => {
    fc.assert(
      fc.property(fc.subarray(FAULTS, { minLength: 1 }), (faults) => {
        const facts = Object.assign({}, key, ...faults.map((fault) => fault.key));
        const asked = Object.assign({}, question, ...faults.map((fault) => fault.question));
        expect(checkKey(facts, asked)).toBe(faults[0]?.code);
      }),
      { numRuns: 255 },
    );
  });

  test("lives up to the millisecond before an instant, and not in it", () => {
    expect(checkKey({ ...key, expiresAt: after }, question)).toBe("VALID");
    expect(checkKey({ ...key, expiresAt: NOW }, question)).toBe("EXPIRED");
    expect(checkKey({ ...key, replacedUntil: after }, question)).toBe("VALID");
    expect(checkKey({ ...key, replacedUntil: NOW }, question)).toBe("NOT_FOUND");
  });

  test("pays for itself to the last credit, and not below zero, where it costs anything", () => {
    const withCredits = (credits: number) => ({ ...key, owner: { ...key.owner, credits } });
    expect(checkKey(withCredits(1), question)).toBe("VALID");
    expect(checkKey(withCredits(0), question)).toBe("CREDITS_EXHAUSTED");
    expect(checkKey(withCredits(0), { ...question, cost: 0 })).toBe("VALID");
    expect(checkKey(withCredits(-1), { ...question, cost: 0 })).toBe("VALID");
    expect(checkKey(withCredits(-1), question)).toBe("CREDITS_EXHAUSTED");
  });
});

describe("A status in a list", () => {
  test.each<[string, Date | null, Date | null, (Date | null)?]>([
    ["active", null, null],
    ["active", after, null],
    ["expired", NOW, null],
    ["expired", before, null],
    ["revoked", null, before],
    ["revoked", before, before],
    ["disabled", after, null, before],
    ["expired", before, null, before],
    ["revoked", before, before, before],
  ])("is %s", (status, expiresAt, revokedAt, disabledAt = null) => {
    expect(keyStatus({ expiresAt, revokedAt, disabledAt, deletedAt: null }, NOW)).toBe(status);
  });

  test("is active exactly when the one rule says neither revoked, expired nor disabled", () => {
    const instant = fc.option(fc.constantFrom(before, NOW, after));
    fc.assert(
      fc.property(instant, instant, instant, (expiresAt, revokedAt, disabledAt) => {
        const code = checkKey({ ...key, expiresAt, revokedAt, disabledAt }, question);
        const expected = { VALID: "active", REVOKED: "revoked", EXPIRED: "expired", DISABLED: "disabled" }[code as "VALID"];
        expect(keyStatus({ expiresAt, revokedAt, disabledAt, deletedAt: null }, NOW)).toBe(expected);
      }),
    );
  });
});
