import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endsNoLater, narrows } from "./narrowing";
import { grants, type Permissions } from "./permissions";

describe("permissions can only become fewer", () => {
  const cases: [Permissions, Permissions, boolean][] = [
    [["read", "write"], ["read"], true],
    [["read", "write"], [], true],
    [["read"], ["read", "write"], false],
    [["read"], ["*"], false],
    [["*"], { sms: ["send"] }, true],
    [["sms:*"], { sms: ["*"] }, false],
    [["*:send"], { "*": ["send"] }, false],
    [{ sms: ["send", "read"] }, { sms: ["read"] }, true],
    [{ sms: ["*"] }, { sms: ["send"] }, true],
    [{ sms: ["send"] }, { sms: ["*"] }, false],
    [{ "*": ["read"] }, { sms: ["read"] }, true],
    [{ sms: ["read"] }, { "*": ["read"] }, false],
    [{ "*": ["*"] }, ["*"], true],
    [{ "*": ["read"] }, ["read"], true],
    [{ sms: ["read"] }, { constructor: ["read"] }, false],
  ];
  test.each(cases)("from %j to %j: %j", (current, wanted, expected) => {
    expect(narrows(current, wanted)).toBe(expected);
  });

  const word = fc.constantFrom("read", "send", "*", "sms", "sms:send", "*:send", "sms:*", "", ":", "constructor");
  const list = fc.array(word, { maxLength: 4 });
  const permissions = fc.oneof(list, fc.dictionary(word, list, { maxKeys: 3 }));
  const question = fc.oneof(
    word,
    fc.tuple(word, word).map(([resource, action]) => `${resource}:${action}`),
  );

  test("whatever narrowed permissions grant, the earlier ones granted", () => {
    fc.assert(
      fc.property(permissions, permissions, question, (current, wanted, asked) => {
        fc.pre(narrows(current, wanted));
        return !grants(wanted, asked) || grants(current, asked);
      }),
      { numRuns: 2000 },
    );
  });

  test("permissions may stay as they are, except where an object would have to be read as a list", () => {
    fc.assert(fc.property(permissions, (same) => narrows(same, same)));
  });
});

describe("a key can only end earlier", () => {
  const [early, late] = [new Date("2030-01-01"), new Date("2031-01-01")];
  test.each([
    [null, null, true],
    [null, early, true],
    [late, early, true],
    [late, late, true],
    [early, late, false],
    [early, null, false],
  ])("from %j to %j: %j", (current, wanted, expected) => {
    expect(endsNoLater(current, wanted)).toBe(expected);
  });
});
