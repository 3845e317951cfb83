import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grants, grantsEverything, isPermissions } from "./permissions";

const word = fc.stringMatching(/^[a-z]{1,8}$/);

describe("Permissions as a list", () => {
  test("grant what they hold and nothing else", () => {
    fc.assert(
      fc.property(fc.array(word), word, (list, wanted) => {
        expect(grants(list, wanted)).toBe(list.includes(wanted));
      }),
    );
  });

  test("grant everything with *", () => {
    fc.assert(
      fc.property(fc.array(word), word, (list, wanted) => {
        expect(grants([...list, "*"], wanted)).toBe(true);
      }),
    );
  });
});

describe("Permissions by resource", () => {
  test("grant an action of the resource itself or of every resource", () => {
    fc.assert(
      fc.property(fc.dictionary(word, fc.array(word)), fc.array(word), word, word, (own, all, resource, action) => {
        const granted = (Object.hasOwn(own, resource) && own[resource]?.includes(action)) || all.includes(action);
        expect(grants({ ...own, "*": all }, `${resource}:${action}`)).toBe(granted);
      }),
    );
  });

  test.each([
    [{ sms: ["*"] }, "sms:send", true],
    [{ sms: ["*"] }, "mail:send", false],
    [{ "*": ["*"] }, "mail:send", true],
    [{ "*": ["read"] }, "read", true],
    [{ sms: ["read"] }, "read", false],
    [{ sms: ["a:b"] }, "sms:a:b", true],
    [{}, "sms:send", false],
    [{}, "toString:call", false],
    [{}, "__proto__:constructor", false],
    [{ "": ["x"] }, ":x", true],
  ])("%j grant %s: %s", (permissions, wanted, granted) => {
    expect(grants(permissions, wanted)).toBe(granted);
  });

  test("hold a resource called __proto__ as any other", () => {
    expect(grants(JSON.parse('{"__proto__":["x"]}'), "__proto__:x")).toBe(true);
  });
});

test.each([
  [["*"], true],
  [["read", "*"], true],
  [{ "*": ["*"] }, true],
  [["read", "write"], false],
  [{ "*": ["read"] }, false],
  [{ sms: ["*"] }, false],
  [{}, false],
])("%j grant everything: %s, as a question that nobody thought of shows", (permissions, everything) => {
  expect(grantsEverything(permissions)).toBe(everything);
  expect(grants(permissions, "thing-of:tomorrow") && grants(permissions, "tomorrow")).toBe(everything);
});

describe("Their shape", () => {
  test("is a list of strings, or lists of strings by resource", () => {
    for (const good of [[], ["read"], {}, { sms: [] }, { sms: ["send"], "*": ["read"] }]) expect(isPermissions(good)).toBe(true);
    for (const bad of [null, undefined, "read", 1, true, [1], [null], [["read"]], { sms: "send" }, { sms: null }, { sms: [1] }])
      expect(isPermissions(bad)).toBe(false);
  });

  test("is at most 4 KiB of JSON, in bytes", () => {
    expect(isPermissions(["a".repeat(4092)])).toBe(true);
    expect(isPermissions(["a".repeat(4093)])).toBe(false);
    expect(isPermissions(["é".repeat(2046)])).toBe(true);
    expect(isPermissions(["é".repeat(2047)])).toBe(false);
  });
});
